using System.Text.Json;
using PhiGateway.Fhir.Requests;

namespace PhiGateway.Tests.Common.Fhir.Requests;

/// <summary>One request of the attack corpus.</summary>
internal sealed record CorpusRequest(string Method, string Target, Dictionary<string, string>? Headers, string? Body)
{
    internal FhirHeaders ToHeaders() =>
        new()
        {
            ContentType = Header("Content-Type"),
            Accept = Header("Accept"),
            Prefer = Header("Prefer"),
            IfMatch = Header("If-Match"),
            IfNoneMatch = Header("If-None-Match"),
            IfModifiedSince = Header("If-Modified-Since"),
            IfNoneExist = Header("If-None-Exist"),
            Provenance = Header("X-Provenance"),
        };

    private string? Header(string name) => Headers?.GetValueOrDefault(name);
}

/// <summary>How an attack is refused; with a place, the entry of a batch that is refused, while the others are answered.</summary>
internal sealed record CorpusExpectation(int Status, string Reason, int? Entry = null);

/// <summary>An attack and its legitimate twin, as they stand in <c>tests/corpus</c>.</summary>
internal sealed record CorpusEntry(
    string Name,
    string Method,
    string Target,
    Dictionary<string, string>? Headers,
    string? Body,
    CorpusExpectation Expect,
    CorpusRequest Twin,
    CorpusExpectation? ExpectWhole = null
)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    internal CorpusRequest Attack => new(Method, Target, Headers, Body);

    internal static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PhiGateway.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(
            folder?.FullName ?? throw new DirectoryNotFoundException("The repository's root is not above the tests."),
            "tests",
            "corpus"
        );
    }

    internal static CorpusEntry[] Load(string file) =>
        JsonSerializer.Deserialize<CorpusEntry[]>(File.ReadAllText(Path.Combine(Folder(), file)), Web)!;
}
