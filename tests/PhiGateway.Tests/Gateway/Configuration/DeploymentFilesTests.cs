using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>What stands under deploy/ names keys, variables and files that are there.</summary>
public sealed partial class DeploymentFilesTests
{
    private static readonly string Containerfile = File.ReadAllText(RepositoryPaths.Of("deploy", "Containerfile"));

    [Fact]
    public void Compose_EveryVariable_IsAKnownKeyOrNamedByTheConfiguration()
    {
        var compose = Compose();
        var example = File.ReadAllText(RepositoryPaths.Of("deploy", "examples", "appsettings.postgres.json"));
        var variables = ((YamlMappingNode)Gateway(compose)["environment"]).Children.ToDictionary(
            static pair => pair.Key.ToString(),
            static pair => pair.Value.ToString()
        );
        Assert.NotEmpty(variables);
        foreach (var (name, value) in variables)
        {
            if (name.StartsWith(GatewayConfiguration.EnvironmentPrefix, StringComparison.Ordinal))
            {
                var key =
                    "PhiGateway:" + name[GatewayConfiguration.EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal);
                Assert.DoesNotContain(
                    ConfigurationFixture.Problems((key, value)),
                    problem => problem.Key == key && problem.Message.Contains("not a known key", StringComparison.Ordinal)
                );
            }
            else
            {
                Assert.Contains($"env:{name}", example, StringComparison.Ordinal);
                Assert.Contains($"${{{name}:?", value, StringComparison.Ordinal);
            }
        }

        // And what the configuration takes from the environment is given.
        Assert.All(Reference().Matches(example), match => Assert.Contains(match.Groups["name"].Value, variables.Keys));
    }

    // Twin of the test above: it does find a key that is none.
    [Fact]
    public void Compose_AVariableThatIsNoKey_WouldBeFound()
    {
        var problem = Assert.Single(ConfigurationFixture.Problems(("PhiGateway:Listeners:Admn", "x")));
        Assert.Equal("PhiGateway:Listeners:Admn", problem.Key);
        Assert.Contains("not a known key", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_Volumes_AreWhereTheImageAndTheConfigurationLook()
    {
        var gateway = Gateway(Compose());
        var mounted = ((YamlSequenceNode)gateway["volumes"]).Select(static volume => volume.ToString().Split(':')[1]).ToList();
        var example = JsonNode.Parse(
            File.ReadAllText(RepositoryPaths.Of("deploy", "examples", "appsettings.postgres.json")),
            documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip }
        )!["PhiGateway"]!;

        Assert.Contains("/etc/phigateway/appsettings.json", mounted);
        Assert.Contains("\"/etc/phigateway/appsettings.json\"]", Containerfile, StringComparison.Ordinal);
        foreach (var file in new[] { "CertificatePath", "CertificateKeyPath" })
        {
            Assert.Contains((string)example["Listeners"]![file]!, mounted);
        }

        Assert.Contains(
            mounted,
            place => ((string)example["Audit"]!["Journal"]!["Directory"]!).StartsWith(place, StringComparison.Ordinal)
        );
        Assert.Contains($"VOLUME {mounted.Single(static place => place.StartsWith("/var", StringComparison.Ordinal))}", Containerfile);
        Assert.Equal("deploy/Containerfile", gateway["build"]["dockerfile"].ToString());
    }

    // What a project builds in from elsewhere is in the tree that the image is built from.
    [Fact]
    public void Image_EveryFileThatAProjectTakesFromElsewhere_IsNotIgnored()
    {
        var rules = File.ReadAllLines(RepositoryPaths.Of(".dockerignore")).Where(static line => line.Length > 0 && line[0] != '#').ToList();
        var taken = RepositoryPaths
            .Files(RepositoryPaths.Source, "*.csproj")
            .SelectMany(static project => Elsewhere().Matches(File.ReadAllText(project)).Select(static match => match.Groups["path"].Value))
            .Concat(["Directory.Build.props", "Directory.Packages.props", "global.json", "BannedSymbols.txt", "src/x/y.cs"])
            .ToList();

        Assert.Contains("docs/refusals.md", taken);
        Assert.All(taken, path => Assert.False(IsIgnored(rules, path), path));
        Assert.All(
            (string[])["tests/x.cs", "docs/README.md", "src/x/bin/y.dll", "deploy/tls.key", ".git/config"],
            path => Assert.True(IsIgnored(rules, path), path)
        );
    }

    [Fact]
    public void Image_EveryProgramInIt_IsOneThatIsBuilt()
    {
        foreach (Match match in Published().Matches(Containerfile))
        {
            Assert.True(Directory.Exists(RepositoryPaths.Of(match.Groups["path"].Value.Split('/'))), match.Value);
        }

        var unit = File.ReadAllText(RepositoryPaths.Of("deploy", "systemd", "phi-gateway.service"));
        Assert.All(
            (string[])[File.ReadAllText(RepositoryPaths.Of("deploy", "phi-gateway")), unit],
            static text => Assert.Contains("/opt/phigateway/PhiGateway.Gateway.dll", text, StringComparison.Ordinal)
        );
    }

    // What the pages tell a person to type is a program in the image and beside the unit, and takes its words there.
    [Fact]
    public void Image_TheCommandsThatThePagesName_AreOnItsPath()
    {
        Assert.Contains("COPY --chmod=755 deploy/phi-gateway /usr/local/bin/phi-gateway\n", Containerfile, StringComparison.Ordinal);
        Assert.Contains("ln -s /opt/phigw/phigw /usr/local/bin/phigw", Containerfile, StringComparison.Ordinal);

        // A word behind the image's name takes the place of the arguments, not of the program.
        Assert.Contains("ENTRYPOINT [\"phi-gateway\"]\n", Containerfile, StringComparison.Ordinal);
        Assert.Contains("CMD [\"--config\", \"/etc/phigateway/appsettings.json\"]\n", Containerfile, StringComparison.Ordinal);
        var script = File.ReadAllText(RepositoryPaths.Of("deploy", "phi-gateway"));
        Assert.StartsWith("#!/bin/sh\n", script, StringComparison.Ordinal);
        Assert.EndsWith("exec dotnet /opt/phigateway/PhiGateway.Gateway.dll \"$@\"\n", script, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.True(File.GetUnixFileMode(RepositoryPaths.Of("deploy", "phi-gateway")).HasFlag(UnixFileMode.UserExecute));
        }
    }

    // One folder for what is mounted, in every page.
    [Fact]
    public void Pages_EveryFileOfTheConfiguration_IsInTheFolderThatIsMounted() =>
        Assert.All(
            RepositoryPaths.Files(RepositoryPaths.Of("docs"), "*.md"),
            static page => Assert.DoesNotContain("/etc/phi-gateway", File.ReadAllText(page), StringComparison.Ordinal)
        );

    [Fact]
    public async Task Unit_AsSystemdReadsIt_HasNoMistake()
    {
        var file = RepositoryPaths.Of("deploy", "systemd", "phi-gateway.service");
        Process? process;
        try
        {
            process = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", file]) { RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Without systemd its grammar is all that can be asked: sections, and one assignment a line.
            Assert.All(
                (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Where(static line => line.Length > 0),
                static line => Assert.Matches(@"^(#.*|\[(Unit|Service|Install)\]|[A-Za-z]+=.*)$", line)
            );
            return;
        }

        using (process)
        {
            var words = await process!.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            // Whether the program is installed on this machine is not asked here.
            var mistakes = words
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(static line =>
                    line.Contains("phi-gateway.service", StringComparison.Ordinal)
                    && !line.Contains("is not executable", StringComparison.Ordinal)
                );
            Assert.Empty(mistakes);
        }
    }

    [GeneratedRegex("\"env:(?<name>[A-Z_]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("Include=\"\\.\\./\\.\\./(?<path>(?!src/)[^\"*]+)\"")]
    private static partial Regex Elsewhere();

    [GeneratedRegex(@"dotnet publish (?<path>\S+)")]
    private static partial Regex Published();

    private static YamlMappingNode Compose()
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(RepositoryPaths.Of("deploy", "compose.yaml"));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    private static YamlMappingNode Gateway(YamlMappingNode compose) => (YamlMappingNode)compose["services"]["gateway"];

    // The last rule that matches a path or a folder above it decides.
    private static bool IsIgnored(List<string> rules, string path)
    {
        var parts = path.Split('/');
        var ignored = false;
        foreach (var rule in rules)
        {
            var isKept = rule[0] == '!';
            var pattern =
                "^"
                + Regex
                    .Escape(rule.TrimStart('!').TrimEnd('/'))
                    .Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal)
                    .Replace(@"/\*\*", "/.*", StringComparison.Ordinal)
                    .Replace(@"\*", "[^/]*", StringComparison.Ordinal)
                + "$";
            if (Enumerable.Range(1, parts.Length).Any(count => Regex.IsMatch(string.Join('/', parts[..count]), pattern)))
            {
                ignored = !isKept;
            }
        }

        return ignored;
    }
}
