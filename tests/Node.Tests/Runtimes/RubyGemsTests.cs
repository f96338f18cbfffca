namespace Hearth.Node.Tests.Runtimes;

/// <summary>RubyGems in the Ruby bootstrap, which has none until they are needed; and its start before it has a function.</summary>
public sealed class RubyGemsTests
{
    // The folder that Bundler makes for the interpreter's version; a row cannot name it.
    private const string Bundle = "vendor/bundle/ruby/VERSION";

    private static readonly (string Name, string Text)[] Tiny =
    [
        ($"{Bundle}/gems/tiny-1.0/lib/tiny.rb", "TINY = 'vendored'"),
        ($"{Bundle}/specifications/tiny-1.0.gemspec",
            "Gem::Specification.new { |s| s.name = 'tiny'; s.version = '1.0'; s.summary = s.name; s.authors = ['me'] }"),
    ];

    public static TheoryData<string, string> Sources => new()
    {
        { "def handler(event:, context:) = Gem::Version.new('1.10') > Gem::Version.new('1.9')", "true" },
        { "gem 'json'\ndef handler(event:, context:) = defined?(Gem)", "\"constant\"" },
        { "begin; require 'absent'; rescue LoadError => e; PATH = e.path; end\nrequire 'set'\ndef handler(event:, context:) = [PATH, Set.new([1]).size]", "[\"absent\",1]" },
        { "require 'rexml/document'\ndef handler(event:, context:) = REXML::Document.new('<a/>').root.name", "\"a\"" },
        { "require 'json'\nrequire 'net/http'\nrequire 'openssl'\ndef handler(event:, context:) = [URI('http://h/p').path, Net::HTTP.name, OpenSSL.name]", "[\"/p\",\"Net::HTTP\",\"OpenSSL\"]" },
    };

    [Fact]
    public async Task A_function_without_gems_starts_without_RubyGems()
    {
        const string source = "def handler(event:, context:) = $LOADED_FEATURES.any? { |file| file.end_with?('/rubygems.rb') }";
        await using var run = await BootstrapRun.StartAsync("ruby", "app.handler", [("app.rb", source)]);

        Assert.Equal("false", (await run.InvokeAsync()).Body);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task A_function_without_gems_has_the_standard_library_and_RubyGems_on_demand(string source, string expected)
    {
        await using var run = await BootstrapRun.StartAsync("ruby", "app.handler", [("app.rb", source)]);

        Assert.Equal(expected, (await run.InvokeAsync()).Body);
    }

    [Theory]
    [InlineData("require 'tiny'\ndef handler(event:, context:) = TINY")]
    [InlineData("gem 'tiny', '~> 1.0'\nrequire 'tiny'\ndef handler(event:, context:) = TINY")]
    [InlineData("def handler(event:, context:)\n  require 'tiny'\n  TINY\nend")]
    [InlineData("require 'tiny'\nrequire 'rexml/document'\ndef handler(event:, context:) = REXML::Document && TINY")]
    public async Task The_gems_of_a_package_are_found(string source)
    {
        await using var run = await BootstrapRun.StartAsync("ruby", "app.handler", await PackageAsync(source));

        Assert.Equal("\"vendored\"", (await run.InvokeAsync()).Body);
    }

    [Fact]
    public async Task A_blank_process_waits_for_its_function_and_runs_it_as_any_other()
    {
        await using var run = await BootstrapRun.StartBlankAsync("ruby");
        await run.AssignAsync("app.App.handler", [("app.rb", """
            LOG = Logger.new($stdout)
            class App
              def self.handler(event:, context:)
                LOG.info("sëen")
                [event, Dir.pwd == ENV["LAMBDA_TASK_ROOT"], ENV["GREETING"], `echo $GREETING`.strip, ENV.key?("HEARTH_ASSIGNMENT_FD"),
                 context.function_name, File.exist?("/proc/self/fd/4") && File.readlink("/proc/self/fd/4").include?("assignment")]
              end
            end
            """)], ("GREETING", "Grüße = viele"), ("LANG", "C.UTF-8"));

        var outcome = await run.InvokeAsync("\"é\"");
        var again = await run.InvokeAsync("2");

        Assert.Equal("""["é",true,"Grüße = viele","Grüße = viele",false,"hello",false]""", outcome.Body);
        Assert.StartsWith("[2,true,", again.Body);
        Assert.Matches($@"^I, \[[^]]+\]  INFO {BootstrapRun.RequestId} -- : sëen\n$", outcome.Log);
    }

    [Fact]
    public async Task A_blank_process_whose_node_goes_away_ends_quietly()
    {
        await using var run = await BootstrapRun.StartBlankAsync("ruby");

        run.DropAssignment();

        Assert.Equal(0, await run.ExitCodeAsync());
        Assert.Equal("", run.Output);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task A_blank_process_gives_a_function_without_gems_the_same(string source, string expected)
    {
        await using var run = await BootstrapRun.StartBlankAsync("ruby");
        await run.AssignAsync("app.handler", [("app.rb", source)]);

        Assert.Equal(expected, (await run.InvokeAsync()).Body);
    }

    [Fact]
    public async Task A_blank_process_finds_the_gems_of_a_package()
    {
        await using var run = await BootstrapRun.StartBlankAsync("ruby");
        await run.AssignAsync("app.handler", await PackageAsync("require 'tiny'\ndef handler(event:, context:) = TINY"));

        Assert.Equal("\"vendored\"", (await run.InvokeAsync()).Body);
    }

    [Fact]
    public async Task A_blank_process_reports_a_failed_init()
    {
        await using var run = await BootstrapRun.StartBlankAsync("ruby");
        await run.AssignAsync("absent.handler", []);

        var outcome = await run.InvokeAsync();

        Assert.Equal(("init/error", "Init<LoadError>", "cannot load such file -- absent"), (outcome.Kind, outcome.Type, outcome.Message));
        Assert.Equal(252, await run.ExitCodeAsync());
    }

    private static async Task<(string, string)[]> PackageAsync(string source)
    {
        await using var asked = await BootstrapRun.StartAsync("ruby", "app.handler", [("app.rb", "def handler(event:, context:) = RUBY_VERSION[/\\d+\\.\\d+/] + '.0'")]);
        var version = (await asked.InvokeAsync()).Body.Trim('"');
        return [("app.rb", source), .. Tiny.Select(file => (file.Name.Replace("VERSION", version), file.Text))];
    }
}
