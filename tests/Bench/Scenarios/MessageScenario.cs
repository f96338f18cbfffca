using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;
using Bench.Measuring;
using Bench.Report;
using Hearth.Contracts.Environments;
using Hearth.Contracts.Functions;
using Hearth.Node.Wire;

namespace Bench.Scenarios;

/// <summary>
/// What a message between two nodes costs: two actor systems with the node's serializer, over TLS on loopback, that ask and answer. Both
/// are in this process, so that its processor time is both ends'. What the heartbeats of a cluster add is not in it.
/// </summary>
internal sealed class MessageScenario(BenchOptions options) : IScenario
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly EnvironmentId Environment = new(new string('e', 32));

    private static readonly Dictionary<string, (object Question, object Answer)> Kinds = new()
    {
        ["admit an invocation"] = (
            new AdmitInvocation("a-function-of-some-name", Guid.Empty.ToString(), "10.0.0.11:9071"),
            new InvocationAdmitted(new Lease(Environment, "10.0.0.12:9071", Guid.Empty.ToString(), "$LATEST", DateTimeOffset.UnixEpoch))),
        ["renew a part of the account's concurrency"] = (
            new RequestConcurrency("a-function-of-some-name", $"{Guid.Empty:N}-100", 4, 2, 2, 4), new ConcurrencyGranted($"{Guid.Empty:N}-100", 4)),
        ["describe a worker"] = (new DescribeWorker(), new WorkerDescribed("10.0.0.12:9071", "10.0.0.12:9072", 16_384, 8_192, 0, IsDraining: false, 64)),
    };

    public string Name => "messages";

    public async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        using var certificate = Certificate();
        using var one = System("one", certificate);
        using var other = System("other", certificate);
        await WarmAsync(one, other, cancellation);
        var table = new Table(
            $"Messages between two nodes over TLS (medians of {options.Rounds} rounds of {options.Seconds} s)",
            ["question and answer", "in flight", "round trips/s", "processor µs a message, both ends"]);
        var figures = new List<object>();
        foreach (var (kind, (question, answer)) in Kinds)
        {
            var answerer = other.ActorOf(Props.Create(() => new Answerer(answer)), $"answerer-{figures.Count}");
            var remote = await one.ActorSelection($"{Address(other)}/user/{answerer.Path.Name}").ResolveOne(Patience, cancellation);
            foreach (var inFlight in (int[])[1, 64])
            {
                Samples rate = new(), cost = new();
                for (var round = 0; round < options.Rounds; round++)
                {
                    var (perSecond, micros) = await AskAsync(one, remote, question, inFlight, cancellation);
                    rate.Add(perSecond);
                    cost.Add(micros);
                }

                table.Add(kind, $"{inFlight}", $"{rate.Median:0}", $"{cost.Median:0.0}");
                figures.Add(new { Kind = kind, InFlight = inFlight, RoundTripsPerSecond = rate.Median, MicrosPerMessage = cost.Median });
            }
        }

        await Task.WhenAll(one.Terminate(), other.Terminate());
        return new ScenarioResult(Name, [table], figures);
    }

    // Until code is compiled for good, whichever kind is first.
    private async Task WarmAsync(ActorSystem one, ActorSystem other, CancellationToken cancellation)
    {
        foreach (var (question, answer) in Kinds.Values.Concat(Kinds.Values))
        {
            var answerer = other.ActorOf(Props.Create(() => new Answerer(answer)));
            var remote = await one.ActorSelection($"{Address(other)}/user/{answerer.Path.Name}").ResolveOne(Patience, cancellation);
            await AskAsync(one, remote, question, inFlight: 16, cancellation);
        }
    }

    private async Task<(double PerSecond, double Micros)> AskAsync(ActorSystem system, IActorRef remote, object question, int inFlight, CancellationToken cancellation)
    {
        var length = TimeSpan.FromSeconds(options.Seconds);
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = Process.GetCurrentProcess();
        var (start, busy) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        var asker = system.ActorOf(Props.Create(() => new Asker(remote, question, inFlight, length, done)));
        var answers = await done.Task.WaitAsync(length + Patience, cancellation);
        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        system.Stop(asker);
        return (answers / elapsed.TotalSeconds, (process.TotalProcessorTime - busy).TotalMicroseconds / (2.0 * answers));
    }

    private static ActorSystem System(string name, X509Certificate2 certificate)
    {
        var settings = ConfigurationFactory.ParseString($$"""
            akka {
              loglevel = ERROR
              actor {
                provider = remote
                serializers.hearth = "{{typeof(WireSerializer).AssemblyQualifiedName}}"
                serialization-bindings {
                  {{string.Join("\n      ", WireTypes.ByType.Keys.Select(type => $"\"{type.AssemblyQualifiedName}\" = hearth"))}}
                }
                serialization-identifiers { "{{typeof(WireSerializer).AssemblyQualifiedName}}" = {{WireSerializer.Id}} }
              }
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0, enable-ssl = true }
            }
            """);
        var tls = new DotNettySslSetup(
            certificate, suppressValidation: false, requireMutualAuthentication: true, validateCertificateHostname: false, (_, _, _, _, _) => true);
        return ActorSystem.Create(name, BootstrapSetup.Create().WithConfig(settings).And(tls));
    }

    private static Address Address(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var own = new CertificateRequest("CN=bench", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class Answerer : ReceiveActor
    {
        public Answerer(object answer) => ReceiveAny(_ => Sender.Tell(answer));
    }

    /// <summary>Keeps so many questions in flight, and tells how many were answered when the time is up.</summary>
    private sealed class Asker : ReceiveActor
    {
        public Asker(IActorRef remote, object question, int inFlight, TimeSpan length, TaskCompletionSource<int> done)
        {
            var (answers, left) = (0, inFlight);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < inFlight; i++)
                remote.Tell(question, Self);
            ReceiveAny(_ =>
            {
                answers++;
                if (Stopwatch.GetElapsedTime(start) < length)
                    remote.Tell(question, Self);
                else if (--left == 0)
                    done.TrySetResult(answers);
            });
        }
    }
}
