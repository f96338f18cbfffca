using Hearth.Client.Http;
using Hearth.Contracts.Errors;

namespace Hearth.Client.Tests.Http;

public sealed class RetryPolicyTests
{
    private static readonly HearthException Throttle = new LambdaException(ErrorCode.TooManyRequests, 429, "later");

    [Theory]
    [InlineData(1, 0.0, 50)]
    [InlineData(1, 1.0, 100)]
    [InlineData(3, 0.0, 200)]
    [InlineData(3, 0.5, 300)]
    [InlineData(9, 1.0, 5000)]
    public void A_wait_doubles_up_to_its_longest_and_half_of_it_is_random(int attempt, double random, int milliseconds)
    {
        var policy = new RetryPolicy(new RetryOptions { MaxAttempts = 20 }, () => random);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), policy.PauseAfter(Throttle, repeatable: false, attempt, TimeSpan.Zero));
    }

    [Fact]
    public void The_last_attempt_is_followed_by_none()
    {
        var policy = new RetryPolicy(new RetryOptions { MaxAttempts = 2 }, () => 0);
        Assert.NotNull(policy.PauseAfter(Throttle, repeatable: true, attempt: 1, TimeSpan.Zero));
        Assert.Null(policy.PauseAfter(Throttle, repeatable: true, attempt: 2, TimeSpan.Zero));
    }

    [Fact]
    public void No_attempt_begins_after_the_total_time()
    {
        var policy = new RetryPolicy(new RetryOptions { TotalTime = TimeSpan.FromSeconds(1) }, () => 1);
        Assert.NotNull(policy.PauseAfter(Throttle, repeatable: true, attempt: 1, TimeSpan.FromMilliseconds(900)));
        Assert.Null(policy.PauseAfter(Throttle, repeatable: true, attempt: 1, TimeSpan.FromMilliseconds(901)));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(413)]
    public void A_refusal_that_would_be_repeated_is_final(int status)
    {
        var policy = new RetryPolicy(new RetryOptions(), () => 0);
        Assert.Null(policy.PauseAfter(new LambdaException(ErrorCode.Service, status, "no"), repeatable: true, attempt: 1, TimeSpan.Zero));
    }
}
