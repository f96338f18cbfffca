using Hearth.Client.Http;

namespace Hearth.Client.Tests.Http;

public sealed class RequestSignerTests
{
    /// <summary>Expected signatures: botocore 1.43's SigV4Auth, given the same request and time.</summary>
    [Theory]
    [InlineData(
        "POST",
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Ahello/invocations?Qualifier=%24LATEST",
        """{"a":1}""",
        "6a5be3034380d78a374bacfa4be74bd0beff245b4bd9b7b2d30c9ca9a340795b")]
    [InlineData("GET", "/2015-03-31/functions", "", "ce896d8f298e3ed1f8a6ef0446d4180fbc7f72aba3b059be7bca3523bea79c20")]
    public void A_signature_is_the_one_that_AWS_tools_make(string method, string path, string body, string signature)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "http://127.0.0.1:9070" + path);
        var signer = new RequestSigner(new HearthCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI"), "us-east-1", new FixedClock());
        signer.Sign(request, System.Text.Encoding.UTF8.GetBytes(body));
        Assert.Equal(
            $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}",
            request.Headers.GetValues("Authorization").Single());
        Assert.Equal("20261123T212852Z", request.Headers.GetValues("X-Amz-Date").Single());
    }

    private sealed class FixedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 23, 21, 28, 52, TimeSpan.Zero);
    }
}
