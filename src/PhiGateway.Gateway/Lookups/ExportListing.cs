using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>Gathers what the manifests of a finished export name, part after part; read by Release, which writes one of its own.</summary>
internal sealed class ExportListing
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>The lists of a manifest that name files.</summary>
    public static IReadOnlyList<string> Lists { get; } = ["output", "deleted", "error"];

    /// <summary>The moment that the export shows, as the first part says it; null: it says none.</summary>
    public string? Time { get; private set; }

    /// <summary>The upstream's files, in order. Their addresses are PHI.</summary>
    public List<ExportedFile> Files { get; } = [];

    /// <summary>It speaks of deletions.</summary>
    public bool HasDeleted { get; private set; }

    /// <summary>Where the upstream goes on; null: nowhere. PHI.</summary>
    public string? Next { get; private set; }

    /// <summary>Something that it names has no name on this side.</summary>
    public bool IsIncomplete { get; set; }

    /// <summary>Takes in one part; false when it cannot be read.</summary>
    /// <param name="manifest">As the upstream wrote it.</param>
    public bool TryAdd(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(manifest), Strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || ListOf(root, "output").ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            Time ??= TextOf(root, "transactionTime");
            HasDeleted |= ListOf(root, "deleted").ValueKind == JsonValueKind.Array;
            foreach (var list in Lists)
            {
                AddFiles(ListOf(root, list), list);
            }

            Next = FindNext(ListOf(root, "link"));
            return true;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is no text: a lone surrogate in an escape.
            return false;
        }
    }

    /// <summary>Nothing follows, or nothing that is looked at; lists of very many files are divided into shares of as many each.</summary>
    public void End()
    {
        Next = null;
        foreach (var list in Files.CountBy(static file => file.List).Where(static list => list.Value > ExportedList.Shares).ToList())
        {
            var seen = 0;
            for (var i = 0; i < Files.Count; i++)
            {
                if (Files[i].List == list.Key)
                {
                    var share = 1 + (int)((long)seen++ * ExportedList.Shares / list.Value);
                    Files[i] = Files[i] with { List = list.Key with { Share = share } };
                }
            }
        }
    }

    private void AddFiles(JsonElement files, string list)
    {
        foreach (var file in files.ValueKind == JsonValueKind.Array ? files.EnumerateArray() : default)
        {
            if (
                file.ValueKind == JsonValueKind.Object
                && ResourceType.TryParse(TextOf(file, "type") ?? string.Empty, out var type)
                && TextOf(file, "url") is { } url
            )
            {
                Files.Add(new ExportedFile(new ExportedList(list, type), url));
            }
            else
            {
                IsIncomplete = true;
            }
        }
    }

    private string? FindNext(JsonElement links)
    {
        foreach (var link in links.ValueKind == JsonValueKind.Array ? links.EnumerateArray() : default)
        {
            if (link.ValueKind == JsonValueKind.Object && TextOf(link, "relation") == "next")
            {
                var url = TextOf(link, "url");
                IsIncomplete |= url is null;
                return url;
            }
        }

        return null;
    }

    private static JsonElement ListOf(JsonElement manifest, string name) => manifest.TryGetProperty(name, out var list) ? list : default;

    private static string? TextOf(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>One file that a manifest names.</summary>
/// <param name="List">The list that it stands in.</param>
/// <param name="Url">The upstream's address; PHI.</param>
internal readonly record struct ExportedFile(ExportedList List, string Url);
