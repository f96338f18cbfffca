using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Configuration;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Akka.Remote.Transport.DotNetty;
using Hearth.Node.DataChannel;
using Hearth.Node.Membership;

namespace Hearth.Node.Hosting;

/// <summary>How a node comes into its cluster, and how long that cluster waits before it does without a node.</summary>
internal static class NodeCluster
{
    /// <summary>Alone: a member of a cluster that nobody else reaches.</summary>
    public static AkkaConfigurationBuilder WithClusterOfOne(this AkkaConfigurationBuilder akka) => akka
        .WithRemoting("127.0.0.1", 0)
        .WithClustering(new() { Roles = [.. NodeRoles.All] })
        .AddStartup((system, _) =>
        {
            var cluster = Cluster.Get(system);
            cluster.Join(cluster.SelfAddress);
        });

    /// <summary>
    /// Times: a node that is killed is missed after some three seconds, and its functions are back on others some seven later; one that
    /// stands still for a second or two is not missed.
    /// </summary>
    public static AkkaConfigurationBuilder WithCluster(
        this AkkaConfigurationBuilder akka, ClusterOptions options, NodeCertificates certificates, ClusterIdentity identity) => akka
        .WithRemoting(options.Akka.Address.ToString(), options.Akka.Port)
        .AddSetup(new DotNettySslSetup(
            certificates.Own, suppressValidation: false, requireMutualAuthentication: true, validateCertificateHostname: false,
            (peer, _, _, _, _) => certificates.Trusts(peer)))
        .AddHocon(ConfigurationFactory.ParseString("""
            akka {
              remote {
                dot-netty.tcp.enable-ssl = true
                retry-gate-closed-for = 1s
              }
              cluster {
                seed-node-timeout = 3s
                down-removal-margin = 3s
                failure-detector {
                  heartbeat-interval = 500ms
                  acceptable-heartbeat-pause = 2s
                  expected-response-after = 500ms
                  threshold = 8
                }
                split-brain-resolver.stable-after = 3s
              }
            }
            """), HoconAddMode.Prepend)
        .WithClustering(new()
        {
            Roles = [.. NodeRoles.OfMember(options.Roles)],
            SeedNodes = [.. options.Seeds.Select(seed => $"akka.ssl.tcp://{identity.SystemName}@{seed}")],
            SplitBrainResolver = new KeepMajorityOption { Role = NodeRoles.Control },
        });
}
