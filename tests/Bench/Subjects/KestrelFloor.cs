using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Bench.Subjects;

/// <summary>The echo on Kestrel with nothing between it and the handler: no routing, no logging.</summary>
internal static class KestrelFloor
{
    public static async Task<int> ServeAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        await using var application = builder.Build();
        application.Run(EchoAsync);
        await application.RunAsync();
        return 0;
    }

    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        if (!HttpMethods.IsPost(context.Request.Method))
            return;
        var value = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        var answer = JsonSerializer.SerializeToUtf8Bytes(value);
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer);
    }
}
