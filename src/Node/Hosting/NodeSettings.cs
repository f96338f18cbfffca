using System.Net;
using System.Text.RegularExpressions;
using Hearth.Contracts;
using Hearth.Node.Membership;
using Hearth.Node.Storage;

namespace Hearth.Node.Hosting;

/// <summary>
/// One setting of the node. It is given as <c>--name VALUE</c>, else as the environment variable <c>HEARTH_NAME</c>, else as
/// <c>Hearth:Name</c> in <c>appsettings.json</c>, else it has its default.
/// </summary>
/// <param name="Name">As on the command line, without the dashes.</param>
/// <param name="Value">What stands for the value in <c>--help</c>.</param>
internal sealed record NodeSetting(string Name, string Value, string Default, string Description)
{
    public string Option => $"--{Name}";

    /// <summary>As in the environment: upper case, underscores.</summary>
    public string Variable => $"HEARTH_{Name.ToUpperInvariant().Replace('-', '_')}";

    /// <summary>As in <c>appsettings.json</c>: <c>Hearth:IdleTimeout</c>.</summary>
    public string Key => $"Hearth:{string.Concat(Name.Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..]))}";
}

/// <summary>All settings of the node, and how each is read: a wrong value is named with what it may be.</summary>
internal static partial class NodeSettings
{
    public static readonly NodeSetting Data = new("data", "DIR", "./.hearth", "Where the node keeps its database, packages and logs.");
    public static readonly NodeSetting Postgres = new("postgres", "CONNECTION", "", "A PostgreSQL database in the place of a file in the data directory, as Host=…;Database=…;Username=…;Password=… . Give it in the environment: a command line is for all to see.");
    public static readonly NodeSetting Http = new("http", "ADDR:PORT", "127.0.0.1:9070", "Where the Lambda API listens; a loopback address, port 1 to 65535, or 0 for any free one.");
    public static readonly NodeSetting TrustNetwork = new("trust-network", "none|all", "none", "Who may reach the Lambda API, which asks nobody who they are: none but this machine, or all, on any address of --http.");
    public static readonly NodeSetting Akka = new("akka", "ADDR:PORT", "", "This node's address in its cluster, an IP address that the other nodes reach; alone where not given. A cluster needs --seed, --certificates and --postgres.");
    public static readonly NodeSetting Seed = new("seed", "ADDR:PORT,…", "", "The --akka of the nodes by which others find the cluster; the same list on every node. The first of them forms the cluster.");
    public static readonly NodeSetting Roles = new("roles", "ROLE,…", "gateway,control,worker", "What this node does in its cluster: gateway (takes requests), control (decides for functions), worker (runs them).");
    public static readonly NodeSetting Channel = new("channel", "ADDR:PORT", "", "Where this node takes invocations from other nodes; the port after that of --akka where not given.");
    public static readonly NodeSetting Operator = new("operator", "ADDR:PORT", "", "Where operators on other machines reach this node, by HTTPS and with a certificate of the cluster's authority; the port after that of --channel where not given.");
    public static readonly NodeSetting Certificates = new("certificates", "DIR", "", "Holds ca.pem, node.pem and node.key, as deploy/certificates.sh makes them: by them the nodes of a cluster know each other.");
    public static readonly NodeSetting Sandbox = new("sandbox", "container|process|auto", "auto", "What isolates functions: container, process (nothing), or auto: containers where they can run.");
    public static readonly NodeSetting Launcher = new("launcher", "own|runc|auto", "auto", "What makes containers: own (hearth-sandbox, beside the program), runc, or auto: own where it can run.");
    public static readonly NodeSetting Runtimes = new("runtimes", "DIR", "", "The folder of managed runtimes; beside the program where not given.");
    public static readonly NodeSetting Egress = new("egress", "FILE", "", "Which functions may reach which network; egress.json in the data directory where not given. Without the file, none.");
    public static readonly NodeSetting Region = new("region", "NAME", "us-east-1", "The region in ARNs and in AWS_REGION, as us-east-1.");
    public static readonly NodeSetting Account = new("account", "ID", "000000000000", "The account in ARNs: 12 digits.");
    public static readonly NodeSetting Memory = new("memory", "MIB", "", $"What all execution environments may be promised together: {Limits.MinMemoryMib} to 16777216 MiB; four fifths of the machine's where not given.");
    public static readonly NodeSetting BlankMemory = new("blank-memory", "MIB", "256", "What runtime processes that wait for a function may take together, beside --memory: 0 (none wait) to 1048576 MiB.");
    public static readonly NodeSetting Concurrency = new("concurrency", "N", "1000", "Invocations of all functions at once: 1 to 100000; the same on every node of a cluster.");
    public static readonly NodeSetting IdleTimeout = new("idle-timeout", "TIME", "10m", "How long an environment may sit idle: 1s to 24h, as 90s, 10m or 2h.");
    public static readonly NodeSetting Images = new("images", "DIR", "", "OCI layout folders below it may be named as container images (oci:/path:tag); none where not given.");
    public static readonly NodeSetting Registries = new("registries", "any|HOSTS", "any", "The registries that container images may come from: any, or host[:port],… .");
    public static readonly NodeSetting RegistryCredentials = new("registry-credentials", "FILE", "", "Credentials for registries, as skopeo login --authfile writes them; none where not given.");
    public static readonly NodeSetting PlainRegistries = new("plain-registries", "none|loopback", "none", "Registries that may be spoken to without TLS: none, or loopback: those on this machine.");
    public static readonly NodeSetting LogSize = new("log-size", "MIB", "64", "How much log is kept of each function: 2 to 102400 MiB.");
    public static readonly NodeSetting LogAge = new("log-age", "TIME", "14d", "How long log is kept: 1m to 3650d, as 12h or 14d.");

    public static IReadOnlyList<NodeSetting> All { get; } =
        [Data, Postgres, Http, TrustNetwork, Akka, Seed, Roles, Channel, Operator, Certificates, Sandbox, Launcher, Runtimes, Egress, Images, Registries, RegistryCredentials, PlainRegistries, Region, Account, Memory, BlankMemory, Concurrency, IdleTimeout, LogSize, LogAge];

    /// <summary>Every setting read and checked. Errors name the setting, its value and its bounds; with any, the options are null.</summary>
    public static (NodeOptions? Options, IReadOnlyList<string> Errors) Read(Func<NodeSetting, string?> given)
    {
        var errors = new List<string>();
        string Text(NodeSetting setting) => given(setting) ?? setting.Default;
        T Parse<T>(NodeSetting setting, Func<string, T?> parse) where T : struct
        {
            if (parse(Text(setting)) is { } value)
                return value;
            errors.Add($"{setting.Option} '{Text(setting)}' is not valid. {setting.Description}");
            return default;
        }

        var trustsNetwork = Parse(TrustNetwork, text => text switch { "all" => (bool?)true, "none" => false, _ => null });
        var http = Parse(Http, text => ParseEndPoint(text, mayBeAny: trustsNetwork) is { } endPoint ? (EndPointValue?)new EndPointValue(endPoint) : null);
        var options = new NodeOptions
        {
            DataDirectory = Path.GetFullPath(Checked(Data, AnyText(), Text(Data), errors) is { Length: > 0 } directory ? directory : "."),
            Postgres = ParsePostgres(Text(Postgres), errors),
            Http = http.EndPoint ?? new IPEndPoint(IPAddress.Loopback, 0),
            Cluster = ReadCluster(Text, errors),
            Sandbox = Parse(Sandbox, ParseWord<SandboxChoice>),
            Launcher = Parse(Launcher, ParseWord<LauncherChoice>),
            RuntimesDirectory = Path.GetFullPath(Text(Runtimes) is { Length: > 0 } folder ? folder : Path.Combine(AppContext.BaseDirectory, "runtimes")),
            ImagesDirectory = Text(Images) is { Length: > 0 } images ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(images)) : null,
            ImageRegistries = Text(Registries) is "any" ? null : HostsOf(Checked(Registries, RegistryHosts(), Text(Registries), errors)),
            RegistryCredentialsFile = Text(RegistryCredentials) is { Length: > 0 } credentials ? Path.GetFullPath(credentials) : null,
            PlainLoopbackRegistries = Parse(PlainRegistries, text => text switch { "loopback" => (bool?)true, "none" => false, _ => null }),
            EgressFile = Text(Egress) is { Length: > 0 } egress ? Path.GetFullPath(egress) : null,
            Partition = new(
                Checked(Region, RegionName(), Text(Region), errors),
                Checked(Account, AccountId(), Text(Account), errors)),
            MemoryMib = Parse(Memory, text => text.Length == 0 ? MachineMemory.FourFifthsMib() : ParseNumber(text, Limits.MinMemoryMib, 16_777_216)),
            BlankMemoryMib = Parse(BlankMemory, text => ParseNumber(text, 0, 1_048_576)),
            Concurrency = (int)Parse(Concurrency, text => ParseNumber(text, 1, 100_000)),
            IdleTimeout = Parse(IdleTimeout, text => ParseTime(text, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24))),
            LogMib = (int)Parse(LogSize, text => ParseNumber(text, 2, 102_400)),
            LogAge = Parse(LogAge, text => ParseTime(text, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650))),
        };
        if (errors.Count == 0 && !Directory.Exists(options.RuntimesDirectory))
            errors.Add($"{Runtimes.Option} '{options.RuntimesDirectory}' is no folder. {Runtimes.Description}");
        if (errors.Count == 0 && options.ImagesDirectory is { } folderOfImages && !Directory.Exists(folderOfImages))
            errors.Add($"{Images.Option} '{folderOfImages}' is no folder. {Images.Description}");
        if (errors.Count == 0 && options.RegistryCredentialsFile is { } file && !File.Exists(file))
            errors.Add($"{RegistryCredentials.Option} '{file}' is no file. {RegistryCredentials.Description}");
        return (errors.Count == 0 ? options : null, errors);
    }

    private static ClusterOptions? ReadCluster(Func<NodeSetting, string> text, List<string> errors)
    {
        var parts = new[] { Seed, Channel, Operator, Certificates };
        if (text(Akka).Length == 0)
        {
            errors.AddRange(parts.Where(part => text(part).Length > 0).Select(part => $"{part.Option} is of a cluster, and {Akka.Option} is not given. {Akka.Description}"));
            return null;
        }

        var akka = Address(Akka, text(Akka));
        var channel = text(Channel).Length > 0 ? Address(Channel, text(Channel)) : After(akka);
        var operators = text(Operator).Length > 0 ? Address(Operator, text(Operator)) : After(channel);
        if (channel.Equals(akka) && akka.Port > 0)
            errors.Add($"{Channel.Option} '{channel}' is that of {Akka.Option}. {Channel.Description}");
        else if ((operators.Equals(akka) || operators.Equals(channel)) && akka.Port > 0 && channel.Port > 0)
            errors.Add($"{Operator.Option} '{operators}' is that of {(operators.Equals(akka) ? Akka : Channel).Option}. {Operator.Description}");
        var seeds = text(Seed).Split(',').Select(seed => Address(Seed, seed)).ToList();
        var roles = text(Roles).Split(',').ToHashSet();
        if (!roles.IsSubsetOf(NodeRoles.All))
            errors.Add($"{Roles.Option} '{text(Roles)}' is not valid. {Roles.Description}");
        foreach (var missing in new[] { Certificates, Postgres }.Where(needed => text(needed).Length == 0))
            errors.Add($"{missing.Option} is not given, and a cluster needs it. {missing.Description}");
        return new ClusterOptions(akka, seeds, roles, channel, operators, Path.GetFullPath(text(Certificates) is { Length: > 0 } folder ? folder : "."));

        static IPEndPoint After(IPEndPoint endPoint) => new(endPoint.Address, Math.Min(endPoint.Port + 1, IPEndPoint.MaxPort));

        IPEndPoint Address(NodeSetting setting, string value)
        {
            if (ParseEndPoint(value, mayBeAny: true) is { Port: > 0 } endPoint && !endPoint.Address.Equals(IPAddress.Any) && !endPoint.Address.Equals(IPAddress.IPv6Any))
                return endPoint;
            errors.Add($"{setting.Option} '{value}' is not valid. {setting.Description}");
            return new IPEndPoint(IPAddress.Loopback, 0);
        }
    }

    // It may hold a password: what is wrong is said without it.
    private static string? ParsePostgres(string text, List<string> errors)
    {
        if (text.Length == 0)
            return null;
        try
        {
            PostgresDatabase.At(text, shared: false).Dispose();
        }
        catch (ArgumentException bad)
        {
            errors.Add($"{Postgres.Option} is not valid: {bad.Message} {Postgres.Description}");
        }

        return text;
    }

    private static HashSet<string> HostsOf(string text) => [.. text.Split(',')];

    // Without authentication the API may not leave the machine.
    private static IPEndPoint? ParseEndPoint(string text, bool mayBeAny)
    {
        text = text.Replace("localhost:", "127.0.0.1:", StringComparison.OrdinalIgnoreCase);
        return AddressWithPort().IsMatch(text) && IPEndPoint.TryParse(text, out var endPoint) && (mayBeAny || IPAddress.IsLoopback(endPoint.Address)) ? endPoint : null;
    }

    private static T? ParseWord<T>(string text) where T : struct, Enum
    {
        foreach (var choice in Enum.GetValues<T>())
        {
            if (text.Equals(choice.ToString(), StringComparison.OrdinalIgnoreCase))
                return choice;
        }

        return null;
    }

    private static long? ParseNumber(string text, long min, long max) =>
        long.TryParse(text, out var value) && value >= min && value <= max ? value : null;

    private static TimeSpan? ParseTime(string text, TimeSpan min, TimeSpan max)
    {
        var match = TimeText().Match(text);
        if (!match.Success || !int.TryParse(match.Groups["count"].Value, out var count))
            return null;

        var value = match.Groups["unit"].Value switch
        {
            "d" => TimeSpan.FromDays(count),
            "h" => TimeSpan.FromHours(count),
            "m" => TimeSpan.FromMinutes(count),
            _ => TimeSpan.FromSeconds(count),
        };
        return value >= min && value <= max ? value : null;
    }

    private static string Checked(NodeSetting setting, Regex shape, string text, List<string> errors)
    {
        if (!shape.IsMatch(text))
            errors.Add($"{setting.Option} '{text}' is not valid. {setting.Description}");
        return text;
    }

    [GeneratedRegex(@"^(?<count>[0-9]{1,7})(?<unit>[smhd]?)\z")]
    private static partial Regex TimeText();

    [GeneratedRegex(@"^[a-z]{2}(-[a-z]+)+-[0-9]\z")]
    private static partial Regex RegionName();

    [GeneratedRegex(@"^[0-9]{12}\z")]
    private static partial Regex AccountId();

    [GeneratedRegex(@"^(\[.+\]|[^:]+):[0-9]{1,5}\z")]
    private static partial Regex AddressWithPort();

    [GeneratedRegex(@"^[^\s,/]+(,[^\s,/]+)*\z")]
    private static partial Regex RegistryHosts();

    [GeneratedRegex(".")]
    private static partial Regex AnyText();

    private readonly record struct EndPointValue(IPEndPoint EndPoint);
}
