using System.Net;
using System.Net.Sockets;
using Hearth.Node.Workers.Egress;

namespace Hearth.Node.Workers.Drivers.Container.Network;

/// <summary>
/// Gives sandboxes the network that their function's grant allows, and keeps the packet filter at what the grants are
/// now. Until the first sandbox with a grant, nothing of the machine's network is touched.
/// </summary>
internal sealed class EgressNetwork
{
    private const string ForwardingFile = "/proc/sys/net/ipv4/ip_forward";

    private readonly Lock _gate = new();
    private readonly string _instance;
    private readonly EgressSettings _settings;
    private readonly ILogger _log;
    private readonly AddressPool _pool;
    private readonly HashSet<SandboxNetwork> _attached = [];

    // A pattern keeps its group while the node runs: a link has a meaning at every moment of a change.
    private readonly Dictionary<string, int> _groups = [];
    private EgressPolicies? _installed;
    private IPAddress[] _resolvers = [];

    public EgressNetwork(string instance, EgressSettings settings, ILogger log)
    {
        (_instance, _settings, _log, _pool) = (instance, settings, log, new AddressPool(instance));
        settings.Changed += FollowChange;
    }

    /// <summary>Whether a sandbox of the function gets a network.</summary>
    public bool IsGranted(string function) => _settings.Current.GrantOf(function) is not null;

    /// <summary>Connects a sandbox, before its function runs, and writes its <c>resolv.conf</c>. About a millisecond; the first time about 50.</summary>
    /// <param name="listener">A socket in the sandbox's network namespace.</param>
    /// <returns>Null where the function has no grant.</returns>
    /// <exception cref="SandboxStartException">It could not be made; the message says why.</exception>
    public SandboxNetwork? Attach(string function, Socket listener, string resolvFile)
    {
        if (!IsGranted(function))
            return null;
        lock (_gate)
        {
            try
            {
                EnsureInstalled();
                return GroupOf(function) is { } group ? Connect(function, group, listener, resolvFile) : null;
            }
            catch (IOException refused)
            {
                throw new SandboxStartException($"The network that {function} is granted could not be made: {refused.Message}.", refused);
            }
        }
    }

    public void Detach(SandboxNetwork network)
    {
        SandboxLink.Delete(network.Pair.LinkName);
        lock (_gate)
        {
            if (_attached.Remove(network))
                _pool.Return(network.Pair);
        }
    }

    /// <summary>Takes away links and filter, those of an earlier node of the instance too. The machine goes on forwarding.</summary>
    public void Remove()
    {
        lock (_gate)
        {
            foreach (var link in SandboxLink.Named(_pool.InstancePrefix))
                SandboxLink.Delete(link);
            foreach (var network in _attached)
                _pool.Return(network.Pair);
            _attached.Clear();
            RemoveFilter();
        }
    }

    private void RemoveFilter()
    {
        if (NftProgram.Find() is null)
            return;
        try
        {
            NftProgram.Run(EgressRuleset.Removal(_instance));
        }
        catch (IOException refused) when (_installed is null)
        {
            // A kernel without packet filter has none of ours either, and a node that grants nothing has to start on it.
            _log.LogWarning("Whether an earlier node left a packet filter could not be seen: {Reason}", refused.Message);
        }

        _installed = null;
    }

    private SandboxNetwork Connect(string function, int group, Socket listener, string resolvFile)
    {
        var pair = _pool.Take(_installed!.Range);
        try
        {
            WriteResolvers(resolvFile);
            SandboxLink.Create(pair, group, listener);
            var network = new SandboxNetwork(this, function, pair, resolvFile) { Group = group };
            _attached.Add(network);
            return network;
        }
        catch (IOException)
        {
            _pool.Return(pair);
            throw;
        }
    }

    private void EnsureInstalled()
    {
        var policies = _settings.Current;
        if (ReferenceEquals(policies, _installed))
            return;
        Forward();
        _resolvers = Resolvers(policies);
        foreach (var grant in policies.Grants)
            _groups.TryAdd(grant.Pattern, _groups.Count + 1);
        NftProgram.Run(EgressRuleset.Render(_instance, policies, grant => _groups[grant.Pattern], _resolvers));
        _installed = policies;
    }

    private int? GroupOf(string function) => _installed!.GrantOf(function) is { } grant ? _groups[grant.Pattern] : null;

    // The settings' thread: nothing may be thrown here.
    private void FollowChange()
    {
        lock (_gate)
        {
            if (_installed is null)
                return;
            try
            {
                EnsureInstalled();
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                _log.LogError("The change of egress is not in force; what held before still holds for sandboxes that run: {Reason}", refused.Message);
                return;
            }

            foreach (var network in _attached)
                Follow(network);
        }
    }

    private void Follow(SandboxNetwork network)
    {
        try
        {
            var group = GroupOf(network.Function) ?? 0; // The filter knows no group 0: nothing is reached.
            if (group != network.Group)
                SandboxLink.Regroup(network.Pair.LinkName, group);
            network.Group = group;
            WriteResolvers(network.ResolvFile);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Mostly a sandbox that is being removed.
            _log.LogWarning("A running sandbox of {Function} does not follow the change of egress: {Reason}", network.Function, refused.Message);
        }
    }

    // In place: containers have this very file.
    private void WriteResolvers(string file) => File.WriteAllText(file, string.Concat(_resolvers.Select(resolver => $"nameserver {resolver}\n")));

    private IPAddress[] Resolvers(EgressPolicies policies)
    {
        var all = policies.Resolvers ?? MachineResolvers.Read();
        var reachable = all.Where(resolver => !AddressPool.IsOfMachine(Ipv4Range.Of(resolver).First)).ToArray();
        foreach (var own in all.Except(reachable))
            _log.LogWarning("The name server {Address} is this machine itself, which no sandbox may reach; sandboxes do without it", own);
        if (reachable.Length == 0 && policies.Resolvers is not { Count: 0 })
            _log.LogWarning("Sandboxes with egress have no name server they could reach; name some as \"resolvers\" in egress.json");
        return reachable;
    }

    private void Forward()
    {
        if (File.ReadAllText(ForwardingFile).Trim() == "1")
            return;
        File.WriteAllText(ForwardingFile, "1");
        _log.LogWarning("This machine now forwards IPv4 packets (net.ipv4.ip_forward = 1), as a function is granted egress");
    }
}

/// <summary>A sandbox's connection. Disposing ends it.</summary>
internal sealed class SandboxNetwork(EgressNetwork network, string function, AddressPair pair, string resolvFile) : IDisposable
{
    public string Function => function;

    public AddressPair Pair => pair;

    public string ResolvFile => resolvFile;

    /// <summary>The network's own, under its lock.</summary>
    public int Group { get; set; }

    public void Dispose() => network.Detach(this);
}
