using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// Holds one chain of a search as the searches that it is made of, and gathers what the host found in their answers. Mutable, used by one
/// request.
/// </summary>
public sealed class Walk
{
    // Deeper than anything that was judged: what stands beside it may be.
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly bool _takesOne;

    internal Walk(
        int place,
        string name,
        IReadOnlyList<ResourceType> targets,
        IReadOnlyList<FhirRequest> searches,
        WayBack? back,
        bool takesOne
    ) => (Place, Name, Targets, Searches, Back, _takesOne) = (place, name, targets, searches, back, takesOne);

    /// <summary>The searches that find what is walked over, each to be decided and judged as one of the client's own.</summary>
    public IReadOnlyList<FhirRequest> Searches { get; }

    /// <summary>How many values would stand in the chain's place; too many for it when the parameter takes but one.</summary>
    public int Count => _takesOne && _found.Count > 1 ? int.MaxValue : _found.Count;

    internal int Place { get; }

    internal string Name { get; }

    internal IReadOnlyList<ResourceType> Targets { get; }

    internal WayBack? Back { get; }

    internal IReadOnlyCollection<string> Found => _found;

    /// <summary>Adds what one of the searches found.</summary>
    /// <param name="search">The search.</param>
    /// <param name="shown">Ids of the resources of its type in the answer that this client may see.</param>
    /// <param name="answer">The answer as the upstream gave it.</param>
    public void Add(FhirRequest search, IReadOnlySet<string> shown, ReadOnlyMemory<byte> answer)
    {
        if (Back is null)
        {
            _found.UnionWith(shown.Select(id => $"{search.Type.Name}/{id}"));
            return;
        }

        using var document = JsonDocument.Parse(Json.ByteOrderMark.Skip(answer), Deep);
        Back.Find(document.RootElement, search.Type, shown, Targets[0], _found);
    }
}

/// <summary>Reads the references that lead from what a reverse chain found to what is searched.</summary>
/// <param name="Paths">Where they stand.</param>
/// <param name="Context">Knows which references are to this server.</param>
internal sealed record WayBack(IReadOnlyList<string> Paths, FhirContext Context)
{
    internal void Find(JsonElement bundle, ResourceType type, IReadOnlySet<string> shown, ResourceType target, HashSet<string> found)
    {
        if (!bundle.TryGetProperty("entry", out var entries) || entries.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var entry in entries.EnumerateArray())
        {
            try
            {
                Take(entry, type, shown, target, found);
            }
            catch (InvalidOperationException)
            {
                // A text that is none, such as half a character: so nothing is called that was shown, and such a reference leads nowhere.
            }
        }
    }

    private void Take(JsonElement entry, ResourceType type, IReadOnlySet<string> shown, ResourceType target, HashSet<string> found)
    {
        var isShown =
            entry.ValueKind == JsonValueKind.Object
            && entry.TryGetProperty("resource", out var resource)
            && Json.StrictJson.Text(resource, "resourceType") == type.Name
            && Json.StrictJson.Text(resource, "id") is { } id
            && shown.Contains(id);
        for (var i = 0; isShown && i < Paths.Count; i++)
        {
            Follow(entry.GetProperty("resource"), Paths[i], target, found);
        }
    }

    private void Follow(JsonElement element, ReadOnlySpan<char> path, ResourceType target, HashSet<string> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Follow(item, path, target, found);
            }

            return;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (path.IsEmpty)
        {
            if (
                Json.StrictJson.Text(element, "reference") is { } text
                && LocalReference.TryRead(text, Context, out var reference)
                && reference.Type == target
            )
            {
                found.Add(reference.Id.ToString());
            }

            return;
        }

        var dot = path.IndexOf('.');
        var name = dot < 0 ? path : path[..dot];
        if (element.TryGetProperty(name, out var next))
        {
            Follow(next, dot < 0 ? default : path[(dot + 1)..], target, found);
        }
    }
}
