using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Architecture;

/// <summary>Folders are rooms: a namespace says where a file lies, and the rooms of a project stand in an order.</summary>
public sealed partial class FolderTests
{
    public static TheoryData<string> Projects => new(ProductAssemblies.AllowedReferences.Keys);

    [Fact]
    public void File_Namespace_IsItsFolder()
    {
        var elsewhere = SourceFiles
            .Below("src")
            .Concat(SourceFiles.Below("tests"))
            .Select(file => (Name: SourceFiles.Name(file), Space: Namespace().Match(File.ReadAllText(file)).Groups["name"].Value))
            .Where(pair => pair.Space.Length > 0 && pair.Space != SpaceOf(pair.Name));

        Findings.AssertNone(elsewhere.Select(pair => $"{pair.Name}: {pair.Space}"));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_TopLevelFolders_StandInNoCircle(string project)
    {
        var arrows = Arrows(project);

        Findings.AssertNone(arrows.Keys.Where(folder => Reached(arrows, folder).Contains(folder)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Reached_FoldersThatNameEachOther_AreFoundAlsoOverAThird()
    {
        var arrows = new Dictionary<string, HashSet<string>>
        {
            ["A"] = ["B"],
            ["B"] = ["C"],
            ["C"] = ["A"],
            ["D"] = ["A"],
        };

        Assert.Contains("A", Reached(arrows, "A"));
        Assert.DoesNotContain("D", Reached(arrows, "D"));
    }

    private static string SpaceOf(string name) => string.Join('.', name.Split('/')[1..^1]);

    // Folder to the folders that its files name in their using lines; files of the project's root belong to no folder.
    private static Dictionary<string, HashSet<string>> Arrows(string project)
    {
        var arrows = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var file in SourceFiles.Below("src", project))
        {
            var parts = SourceFiles.Name(file).Split('/');
            if (parts.Length < 4)
            {
                continue;
            }

            var named = Using()
                .Matches(File.ReadAllText(file))
                .Select(match => match.Groups["name"].Value)
                .Where(name => name.StartsWith(project + ".", StringComparison.Ordinal))
                .Select(name => name[(project.Length + 1)..].Split('.')[0])
                .Where(folder => folder != parts[2] && Directory.Exists(RepositoryPaths.Of("src", project, folder)));
            if (!arrows.TryGetValue(parts[2], out var targets))
            {
                arrows[parts[2]] = targets = new HashSet<string>(StringComparer.Ordinal);
            }

            targets.UnionWith(named);
        }

        return arrows;
    }

    private static HashSet<string> Reached(Dictionary<string, HashSet<string>> arrows, string from)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out var folder))
        {
            foreach (var next in arrows.GetValueOrDefault(folder, []))
            {
                if (seen.Add(next))
                {
                    open.Push(next);
                }
            }
        }

        return seen;
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?:static |\w+ = )?(?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
