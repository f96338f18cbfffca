using System.Reflection;

// A client of the Runtime API of its own, as Amazon.Lambda.RuntimeSupport would be: one invocation, then the end.
using var client = new HttpClient { BaseAddress = new Uri($"http://{Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API")}/2018-06-01/runtime/") };
using var next = await client.GetAsync(new Uri("invocation/next", UriKind.Relative));
var id = next.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").Single();
var payload = await next.Content.ReadAsStringAsync();
Console.WriteLine("plain");
using var answer = new StringContent($"\"{payload} for {Assembly.GetEntryAssembly()!.GetName().Name} in {AppContext.BaseDirectory}\"");
using var accepted = await client.PostAsync(new Uri($"invocation/{id}/response", UriKind.Relative), answer);
return 5;
