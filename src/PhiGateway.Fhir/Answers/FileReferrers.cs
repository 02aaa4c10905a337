using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Who names each Binary of one answer, as far as the host looked it up: a single one, those of a page, the versions of one. Filled page by
/// page, asked for each Binary that is judged. Mutable, for one answer; not thread-safe.
/// </summary>
public sealed class FileReferrers
{
    private readonly Dictionary<string, Referrers> _known = new(StringComparer.Ordinal);
    private readonly bool _byThemselves;

    /// <summary>Nothing is known yet.</summary>
    public FileReferrers() { }

    private FileReferrers(bool byThemselves) => _byThemselves = byThemselves;

    /// <summary>For the answer to a write: what was written is known to who wrote it, and is judged by itself.</summary>
    public static FileReferrers OfWritten { get; } = new(byThemselves: true);

    /// <summary>How many Binaries are known.</summary>
    public int Count => _known.Count;

    /// <summary>Whether an answer may hold a Binary of which it must be looked up whose it is: where nobody asked for one, none is looked for.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="policy">Says whether a Binary could leave at all.</param>
    /// <param name="answer">The answer, or a page of it.</param>
    public static bool Matter(FhirRequest request, ReleasePolicy policy, ReadOnlySpan<byte> answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policy);
        var isAsked =
            request.Type == ResourceType.Binary
            || request.Interaction
                is Interaction.SearchType // One that was included.
                    or Interaction.SearchSystem
                    or Interaction.HistorySystem
                    or Interaction.Operation
            || (request.Interaction == Interaction.Transaction && request.Entries.Any(static entry => entry.Type == ResourceType.Binary));
        return isAsked
            && (request.Interaction == Interaction.Transaction || policy.Types.Contains(ResourceType.Binary))
            && answer.IndexOf("Binary"u8) >= 0;
    }

    /// <summary>The Binaries of an answer of which it must be looked up whose they are, and is not known yet.</summary>
    /// <param name="answer">One resource, or a Bundle.</param>
    /// <param name="policy">The judge of a Binary.</param>
    /// <param name="context">Bases and depth.</param>
    public IReadOnlyList<Referrers> FindMissing(ReadOnlySpan<byte> answer, ReleasePolicy policy, FhirContext context)
    {
        if (Referrers.FindNeeded(answer, policy, context) is { } single)
        {
            return _known.ContainsKey(single.Id) ? [] : [single];
        }

        List<Referrers> missing = [];
        try
        {
            var resources = new BundleResources(answer, Bases.Of(context));
            while (resources.MoveNext())
            {
                if (
                    resources.Current.IndexOf("Binary"u8) >= 0
                    && Referrers.FindNeeded(resources.Current, policy, context) is { } one
                    && !_known.ContainsKey(one.Id)
                    && !missing.Exists(known => known.Id == one.Id)
                )
                {
                    missing.Add(one);
                }
            }
        }
        catch (JsonException)
        {
            // What cannot be read is found out where it is judged.
        }

        return missing;
    }

    /// <summary>Takes in what was looked up of one.</summary>
    public void Add(Referrers found)
    {
        ArgumentNullException.ThrowIfNull(found);
        _known[found.Id] = found;
    }

    /// <summary>
    /// Says whose a Binary is that is about to be changed, as it is or as it would be; where somebody names it of whom this client may not
    /// know, or nobody, it stays nobody's.
    /// </summary>
    /// <param name="binary">It, whole.</param>
    /// <param name="facts">What was read out of it; completed.</param>
    /// <param name="context">Bases and depth.</param>
    public void Give(ReadOnlySpan<byte> binary, ResourceFacts facts, FhirContext context)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (
            facts is { Type: var type, Id: { } id }
            && type == ResourceType.Binary
            && Referrers.FindNeeded(binary, ReleasePolicy.Nothing, context) is not null
            && _known.TryGetValue(id, out var found)
            && found.IsShown
        )
        {
            found.Give(facts);
        }
    }

    /// <summary>Why the resource just read must stay for who names it, or since nobody looked who does; none: it is judged by its facts.</summary>
    /// <param name="files">What was looked up; null: nothing was.</param>
    /// <param name="reader">It read the resource.</param>
    /// <param name="policy">Its judge.</param>
    internal static WithholdReason Attribute(FileReferrers? files, ResourceReader reader, ReleasePolicy policy)
    {
        if (reader.Facts.Type != ResourceType.Binary || !Referrers.AreNeeded(reader) || files is { _byThemselves: true })
        {
            return WithholdReason.None;
        }

        if (files is not null && reader.Facts.Id is { } id && files._known.TryGetValue(id, out var found))
        {
            return found.Attribute(reader, policy);
        }

        return policy.ShowsWhateverItHolds(ResourceType.Binary) ? WithholdReason.None : WithholdReason.UndeterminedPatient;
    }
}
