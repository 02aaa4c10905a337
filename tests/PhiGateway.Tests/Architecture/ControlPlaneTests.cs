using System.Reflection;
using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>Administration without HTTP: what may name it, and what the command line may not drag along.</summary>
public sealed class ControlPlaneTests
{
    private static readonly string Admin = RepositoryPaths.Of("src", "PhiGateway.Admin");

    [Theory]
    [InlineData("Editing")]
    [InlineData("Calls")]
    public void Admin_EditingAndCalls_DoNotNameAspNetCore(string room)
    {
        var files = RepositoryPaths.Files(Path.Combine(Admin, room), "*.cs").ToList();
        Assert.NotEmpty(files);

        Findings.AssertNone(files.Where(file => Names(file, "Microsoft.AspNetCore")).Select(Name));
    }

    [Fact]
    public void Admin_Commands_DoNotTakeHttp()
    {
        // Rooms of HTTP itself; elsewhere only what maps an endpoint and what renders its answer.
        string[] rooms = ["Http", "Access", "OpenApi", "Composition"];
        string[] endings = ["Endpoints.cs", "Endpoint.cs", "Answer.cs"];
        var commands = RepositoryPaths
            .Files(Admin, "*.cs")
            .Where(file => !rooms.Contains(Room(file)) && !endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)));

        Findings.AssertNone(
            commands.Where(file => Names(file, "Microsoft.AspNetCore") || Names(file, "HttpContext") || Names(file, "IResult")).Select(Name)
        );
    }

    [Theory]
    [InlineData("PhiGateway.Admin")]
    [InlineData("PhiGateway.RegistryFiles")]
    public void Project_TopLevelFolders_FormNoCircle(string project)
    {
        var root = RepositoryPaths.Of("src", project);
        var arrows = RepositoryPaths
            .Files(root, "*.cs")
            .Select(file => (From: Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[0], Text: File.ReadAllText(file)))
            .SelectMany(file =>
                Regex
                    .Matches(file.Text, $@"(?<![\w.]){Regex.Escape(project)}\.(?<room>\w+)")
                    .Select(match => (file.From, To: match.Groups["room"].Value))
            )
            .Where(arrow => arrow.From != arrow.To)
            .Distinct()
            .ToLookup(arrow => arrow.From, arrow => arrow.To);

        // Whoever can be reached from itself stands in a circle.
        Findings.AssertNone(arrows.Select(group => group.Key).Where(room => Reach(arrows, room).Contains(room)));
    }

    // Four eyes compare everybody who may be behind a call, so the name of its key is compared nowhere.
    [Fact]
    public void Admin_PersonOfACall_IsNeverComparedByItself()
    {
        var comparison = new Regex(
            @"\.Is\((?:call|caller)\.\S*Person\b|Person\s*[=!]=|[=!]=\s*call\.\S*Person\b|Equals\([^;]*call\.\S*Person\b"
        );

        // The trail is read by names, and decides nothing.
        var files = RepositoryPaths.Files(Admin, "*.cs").Where(static file => Room(file) != "Trail");
        Findings.AssertNone(files.Where(file => comparison.IsMatch(File.ReadAllText(file))).Select(Name));
    }

    [Fact]
    public void Phigw_CompiledReferences_HoldNoAspNetCore()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<Assembly>([ProductAssemblies.Load("PhiGateway.Cli")]);
        while (open.TryDequeue(out var assembly))
        {
            foreach (var reference in assembly.GetReferencedAssemblies().Where(reference => seen.Add(reference.Name!)))
            {
                if (reference.Name!.StartsWith("PhiGateway", StringComparison.Ordinal))
                {
                    open.Enqueue(Assembly.Load(reference));
                }
            }
        }

        Assert.Contains("PhiGateway.RegistryFiles", seen);
        Findings.AssertNone(seen.Where(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)));
    }

    [Fact]
    public void Phigw_RestoredGraph_HoldsNeitherAspNetCoreNorTheControlPlane()
    {
        // What is restored is what is published beside phigw.
        var locked = File.ReadAllText(RepositoryPaths.Of("src", "PhiGateway.Cli", "packages.lock.json"));

        Assert.Contains("phigateway.registryfiles", locked, StringComparison.OrdinalIgnoreCase);
        foreach (var name in (string[])["Microsoft.AspNetCore", "PhiGateway.Admin", "PhiGateway.Storage", "Npgsql"])
        {
            Assert.DoesNotContain(name, locked, StringComparison.OrdinalIgnoreCase);
        }

        foreach (var project in (string[])["PhiGateway.Cli", "PhiGateway.RegistryFiles", "PhiGateway.Policy"])
        {
            Assert.DoesNotContain(
                "Microsoft.AspNetCore",
                File.ReadAllText(RepositoryPaths.Of("src", project, project + ".csproj")),
                StringComparison.Ordinal
            );
        }
    }

    private static HashSet<string> Reach(ILookup<string, string> arrows, string from)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(arrows[from]);
        while (open.TryPop(out var room))
        {
            if (reached.Add(room))
            {
                foreach (var next in arrows[room])
                {
                    open.Push(next);
                }
            }
        }

        return reached;
    }

    private static bool Names(string file, string word) => Regex.IsMatch(File.ReadAllText(file), $@"(?<!\w){Regex.Escape(word)}(?!\w)");

    private static string Room(string file) => Path.GetRelativePath(Admin, file).Split(Path.DirectorySeparatorChar)[0];

    private static string Name(string file) => Path.GetRelativePath(RepositoryPaths.Root, file).Replace('\\', '/');
}
