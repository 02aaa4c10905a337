using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Yaml;

namespace PhiGateway.RegistryFiles.Files;

/// <summary>
/// A registry file as a person writes it, read into sections of documents, with the shorthand of the documentation made plain.
/// </summary>
public sealed class RegistryFile
{
    /// <summary>
    /// Sections and what they hold; anything else in a file is refused. Evidence (approvals, reviews, alerts), tasks and keys are no
    /// configuration.
    /// </summary>
    public static readonly IReadOnlyList<(string Section, RegistryKind Kind)> Sections =
    [
        ("organizations", RegistryKind.Organization),
        ("agreements", RegistryKind.Agreement),
        ("rosters", RegistryKind.Roster),
        ("useCases", RegistryKind.UseCase),
        ("clients", RegistryKind.Client),
        ("credentials", RegistryKind.Credential),
    ];

    // Looked into once for every document that leaves something out: a file of any size stays linear.
    private readonly Dictionary<(RegistryKind, string), FileDocument> _byId;

    private RegistryFile(IReadOnlyList<FileDocument> documents)
    {
        Documents = documents;
        _byId = documents.Where(static document => document.Id is not null).ToDictionary(static document => (document.Kind, document.Id!));
    }

    /// <summary>In the order of the sections: what is referred to comes before what refers.</summary>
    public IReadOnlyList<FileDocument> Documents { get; }

    /// <summary>The document with this id; null when the file has none.</summary>
    public FileDocument? Find(RegistryKind kind, string id) => _byId.GetValueOrDefault((kind, id));

    /// <summary>Reads a file.</summary>
    /// <param name="utf8">The file.</param>
    /// <param name="yaml">YAML rather than JSON.</param>
    public static Checked<RegistryFile> Read(ReadOnlySpan<byte> utf8, bool yaml)
    {
        Checked<JsonNode> parsed;
        try
        {
            parsed = yaml
                ? YamlDocument.Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8))
                : DocumentJson.Parse(utf8);
        }
        catch (DecoderFallbackException)
        {
            return DocumentRefusal.Malformed("The file is not UTF-8.");
        }

        if (parsed.Failed(out var refusal, out var node))
        {
            return refusal;
        }

        if (node is not JsonObject root)
        {
            return DocumentRefusal.Malformed("Sections such as 'organizations:' and 'clients:' are expected.");
        }

        var findings = new List<ProblemPointer>();
        var documents = new List<FileDocument>();
        foreach (var (name, _) in root)
        {
            if (!Sections.Any(section => section.Section == name))
            {
                findings.Add(
                    new ProblemPointer(
                        DocumentJson.Pointer([name]),
                        "unknown-member",
                        "There is no such section: "
                            + string.Join(", ", Sections.Select(static section => section.Section))
                            + "."
                            + NearestName.Hint(name, Sections.Select(static section => section.Section))
                    )
                );
            }
        }

        foreach (var (section, kind) in Sections)
        {
            ReadSection(root[section], section, kind, yaml, documents, findings);
        }

        foreach (
            var twice in documents
                .Where(static document => document.Id is not null)
                .GroupBy(static document => (document.Kind, document.Id))
                .Where(static group => group.Count() > 1)
        )
        {
            findings.Add(new ProblemPointer(twice.Last().Pointer + "/id", "duplicate-id", "This id stands twice."));
        }

        return findings.Count > 0
            ? DocumentRefusal.Invalid(findings)
            : new RegistryFile([.. documents.OrderBy(static document => Order(document.Kind))]);
    }

    private static void ReadSection(
        JsonNode? node,
        string section,
        RegistryKind kind,
        bool yaml,
        List<FileDocument> documents,
        List<ProblemPointer> findings
    )
    {
        if (node is null)
        {
            return;
        }

        if (node is not JsonArray list)
        {
            findings.Add(new ProblemPointer("/" + section, "wrong-type", "A list is expected here."));
            return;
        }

        for (var i = 0; i < list.Count; i++)
        {
            var pointer = $"/{section}/{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
            if (list[i] is not JsonObject json)
            {
                findings.Add(new ProblemPointer(pointer, "wrong-type", "An object is expected here."));
                continue;
            }

            var document = (JsonObject)json.DeepClone();
            foreach (var written in Shorthand.Expand(kind, document, pointer, findings))
            {
                if (yaml)
                {
                    Shorthand.NumbersToText(written.Json, RegistryJson.TypeOf(written.Kind));
                }

                documents.Add(written);
            }
        }
    }

    private static int Order(RegistryKind kind)
    {
        for (var i = 0; i < Sections.Count; i++)
        {
            if (Sections[i].Kind == kind)
            {
                return i;
            }
        }

        return Sections.Count;
    }
}

/// <summary>One document of a file.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Json">Its members, shorthand made plain.</param>
/// <param name="Pointer">Where it stands in the file.</param>
public sealed record FileDocument(RegistryKind Kind, JsonObject Json, string Pointer)
{
    /// <summary>Its id; null when it has none, or none that is text.</summary>
    public string? Id => Json["id"] is JsonValue value && value.TryGetValue<string>(out var id) ? id : null;
}
