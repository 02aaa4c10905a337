using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Tests.Architecture;

/// <summary>The C# files of the tree that a person wrote, by their path from the root; generated migrations are left out.</summary>
internal static class SourceFiles
{
    /// <summary>Of a folder below the root, or of all of it.</summary>
    public static IEnumerable<string> Below(params ReadOnlySpan<string> parts) =>
        RepositoryPaths
            .Files(RepositoryPaths.Of(parts), "*.cs")
            .Where(file => !Name(file).Contains("/Migrations/", StringComparison.Ordinal));

    /// <summary>The pages of the console: markup with expressions in it.</summary>
    public static IEnumerable<string> Pages() => RepositoryPaths.Files(RepositoryPaths.Of("src"), "*.razor");

    /// <summary>As a finding names it.</summary>
    public static string Name(string file) => Path.GetRelativePath(RepositoryPaths.Root, file).Replace('\\', '/');
}
