using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// Holds one chain of a search as the searches that it is made of, and gathers what the host found in their answers. Mutable, used by one
/// request.
/// </summary>
public sealed class Walk
{
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

        Back.Find(answer.Span, search.Type, shown, Targets[0], _found);
    }
}

/// <summary>Reads the references that lead from what a reverse chain found to what is searched.</summary>
/// <param name="Paths">Where they stand.</param>
/// <param name="Context">Knows which references are to this server.</param>
internal sealed record WayBack(IReadOnlyList<string> Paths, FhirContext Context)
{
    // Security: each record is read by itself, so that one that stays and cannot be read changes nothing for those beside it. One that is
    // shown and holds what is no text leads nowhere.
    internal void Find(ReadOnlySpan<byte> bundle, ResourceType type, IReadOnlySet<string> shown, ResourceType target, HashSet<string> found)
    {
        var resources = new BundleResources(bundle, Bases.Of(Context));
        while (resources.MoveNext())
        {
            if (StrictJson.TryParse(resources.Current.ToArray(), Context.MaxDepth, out var document))
            {
                using (document)
                {
                    Find(document.RootElement, type, shown, target, found);
                }
            }
        }
    }

    private void Find(JsonElement resource, ResourceType type, IReadOnlySet<string> shown, ResourceType target, HashSet<string> found)
    {
        var isShown =
            StrictJson.Text(resource, "resourceType") == type.Name && StrictJson.Text(resource, "id") is { } id && shown.Contains(id);
        for (var i = 0; isShown && i < Paths.Count; i++)
        {
            Follow(resource, Paths[i], target, found);
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
                StrictJson.Text(element, "reference") is { } text
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
