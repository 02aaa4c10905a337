using System.IO.Enumeration;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>Where things lie in the source tree, found from wherever the tests were built to.</summary>
internal static class RepositoryPaths
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string Source => Path.Combine(Root, "src");

    public static string Tests => Path.Combine(Root, "tests");

    public static string Peers => Path.Combine(Tests, "peers");

    /// <summary>A path below the root, given in parts.</summary>
    public static string Of(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>Files below a folder that a person wrote: folders of build output and installed packages are not walked into.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        new FileSystemEnumerable<string>(
            folder,
            static (ref entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }
        )
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && FileSystemName.MatchesSimpleExpression(pattern, entry.FileName),
            ShouldRecursePredicate = static (ref entry) =>
                entry.FileName
                    is not ("bin" or "obj" or "node_modules" or "syslog-ng" or ".git" or "TestResults" or "BenchmarkDotNet.Artifacts"),
        };

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PhiGateway.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests do not run inside the source tree: PhiGateway.sln is in no parent folder.");
    }
}
