using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Tests.Policy.Cases;

/// <summary>Where the cases are, and small readers for their members.</summary>
internal static class CaseFiles
{
    internal static string Directory { get; } = Locate();

    internal static IEnumerable<string> All =>
        System.IO.Directory.EnumerateFiles(Directory, "*.yaml").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!;

    internal static DateTimeOffset? Moment(JsonNode? node) =>
        node is null ? null : DateTimeOffset.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);

    internal static string? Text(JsonNode? node) => node?.GetValue<string>();

    /// <summary>A list of texts, or one.</summary>
    internal static string[] Texts(JsonNode? node) =>
        node switch
        {
            null => [],
            JsonArray list => [.. list.Select(static item => item!.GetValue<string>())],
            _ => [node.GetValue<string>()],
        };

    private static string Locate() => RepositoryPaths.Of("tests", "cases");
}
