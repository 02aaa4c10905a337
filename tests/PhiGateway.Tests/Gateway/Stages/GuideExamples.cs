using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>The examples of implementation guides under <c>tests/legitimate</c>, one resource each.</summary>
internal static class GuideExamples
{
    /// <summary>A file of one resource to a line, or a folder of one to a file.</summary>
    internal static IReadOnlyList<string> Guides { get; } = ["mcode.ndjson", "us-core.ndjson", "us-core-examples.ndjson", "ips"];

    /// <summary>The resources of one guide, in the order in which they are kept.</summary>
    internal static IReadOnlyList<JsonObject> Of(string guide)
    {
        var path = RepositoryPaths.Of("tests", "legitimate", guide);
        IEnumerable<string> texts = Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal).Select(static file => File.ReadAllText(file))
            : File.ReadLines(path);
        return [.. texts.Select(static text => JsonNode.Parse(text)!.AsObject())];
    }

    /// <summary>Somebody of whom the guide has much.</summary>
    internal static string PatientOf(string guide) =>
        guide switch
        {
            "ips" => "eumfh-39-07",
            "us-core.ndjson" => "example-usc",
            "us-core-examples.ndjson" => "example",
            _ => "cancer-patient-john-anyperson",
        };
}
