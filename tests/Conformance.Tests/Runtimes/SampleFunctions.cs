using Conformance.Tests.Functions;
using Conformance.Tests.Nodes;
using Conformance.Tests.Tools;

namespace Conformance.Tests.Runtimes;

/// <summary>The same function in each language; those that need a compiler are compiled once.</summary>
public sealed class SampleFunctions : IAsyncLifetime
{
    private const string Python = """
        import os, time
        calls = 0
        def handler(event, context):
            global calls
            print("seen", os.environ["NAME"])
            if event == "fail": raise Exception("asked to fail")
            if event == "sleep": time.sleep(600)
            calls += 1
            return [os.environ["NAME"], event, calls]
        """;

    private const string NodeJs = """
        let calls = 0;
        exports.handler = async (event) => {
          console.log('seen', process.env.NAME);
          if (event === 'fail') throw new Error('asked to fail');
          if (event === 'sleep') await new Promise((done) => setTimeout(done, 600000));
          return [process.env.NAME, event, ++calls];
        };
        """;

    private const string Ruby = """
        $calls = 0
        def handler(event:, context:)
          puts "seen #{ENV["NAME"]}"
          raise "asked to fail" if event == "fail"
          sleep 600 if event == "sleep"
          [ENV["NAME"], event, $calls += 1]
        end
        """;

    private const string Java = """
        package sample;
        import java.util.Arrays;
        public class Sample {
            private static int calls;
            public Object handle(Object event) throws Exception {
                System.out.println("seen " + System.getenv("NAME"));
                if ("fail".equals(event)) throw new IllegalStateException("asked to fail");
                if ("sleep".equals(event)) Thread.sleep(600_000);
                if ("heap".equals(event)) return Runtime.getRuntime().maxMemory();
                return Arrays.asList(System.getenv("NAME"), event, ++calls);
            }
        }
        """;

    private const string Go = """
        package main

        import (
            "bytes"
            "encoding/json"
            "fmt"
            "io"
            "net/http"
            "os"
            "time"
        )

        func main() {
            api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
            for calls := 0; ; {
                next, err := http.Get(api + "next")
                if err != nil {
                    os.Exit(0)
                }
                event, _ := io.ReadAll(next.Body)
                next.Body.Close()
                fmt.Println("seen", os.Getenv("NAME"))
                kind, body := "response", []byte{}
                switch string(event) {
                case `"fail"`:
                    kind, body = "error", []byte(`{"errorType":"Error","errorMessage":"asked to fail"}`)
                case `"sleep"`:
                    time.Sleep(10 * time.Minute)
                default:
                    calls++
                    body, _ = json.Marshal([]any{os.Getenv("NAME"), json.RawMessage(event), calls})
                }
                reply, err := http.Post(api+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/"+kind, "application/json", bytes.NewReader(body))
                if err == nil {
                    reply.Body.Close()
                }
            }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-samples-");
    private readonly Dictionary<string, Source> _sources = [];

    public static IReadOnlyList<string> Languages { get; } = ["python", "nodejs", "ruby", "java", "dotnet", "go"];

    internal Source SourceOf(string language) => _sources[language];

    public async Task InitializeAsync()
    {
        _sources["python"] = Source.Python(Python);
        _sources["nodejs"] = Source.NodeJs(NodeJs);
        _sources["ruby"] = new Source($"ruby{(await Command.RunAsync("/usr/bin/ruby", "-e", "print RUBY_VERSION[/\\d+\\.\\d+/]"))}", "app.handler", [new SourceFile("app.rb", Ruby)]);
        _sources["java"] = Source.Folder(await CompileAsync("Sample.java", Java, "/usr/bin/javac", "-d", Path.Combine(_folder.FullName, "java")), "java17", "sample.Sample::handle");
        _sources["dotnet"] = Source.Folder(Repository.DotNetFunction("Handlers"), "dotnet10", "Handlers::Handlers.Sample::Handle");
        await CompileAsync("main.go", Go, "/usr/bin/env", "GO111MODULE=off", "CGO_ENABLED=0", $"GOCACHE={_folder.FullName}/cache", "/usr/bin/go", "build", "-o", Path.Combine(_folder.FullName, "go", "bootstrap"));
        _sources["go"] = Source.Folder(Path.Combine(_folder.FullName, "go"), Source.ProvidedRuntime, "anything");
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    /// <returns>The folder that a compiler which is told one puts its result into.</returns>
    private async Task<string> CompileAsync(string file, string source, params string[] compiler)
    {
        var path = Path.Combine(_folder.FullName, file);
        await File.WriteAllTextAsync(path, source);
        await Command.RunAsync(compiler[0], [.. compiler[1..], path]);
        return compiler[^1];
    }
}
