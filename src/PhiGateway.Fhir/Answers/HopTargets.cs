using System.Text.Json;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Whose the records are on which the Slots of one answer (and their kin) hang, as far as the host looked it up: a Slot belongs to whom its
/// Schedule belongs to, and is nobody's where that is nobody's. Filled page by page. Mutable, for one answer; not thread-safe.
/// </summary>
/// <remarks>
/// The record itself is not shown, so it need not be one that the client may read; but its labels and its confidentiality are those of what
/// hangs on it, and one of another tenant says nothing.
/// </remarks>
public sealed class HopTargets
{
    // Of a file without an end those that were met long ago are looked up again.
    private const int MostKept = 20_000;

    // Null: it was looked up, and nothing can be said.
    private readonly Dictionary<ResourceName, ResourceFacts?> _known = [];

    /// <summary>How many searches were made for it; counted by the host.</summary>
    public int Searches { get; set; }

    /// <summary>Whether an answer may hold something of the kind that could leave.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="policy">Says which types could leave at all.</param>
    /// <param name="answer">The answer, or a page of it.</param>
    public static bool Matter(FhirRequest request, ReleasePolicy policy, ReadOnlySpan<byte> answer)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policy);
        foreach (var type in OwnerHop.Types)
        {
            if ((request.Interaction == Interaction.Transaction || policy.Types.Contains(type)) && answer.IndexOf(type.Utf8Name) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a type hangs on another record, and is judged by that.</summary>
    /// <param name="type">The type.</param>
    public static bool AreOf(ResourceType type) => OwnerHop.Of(type) is not null;

    /// <summary>What must be known before an answer is judged and is not yet, by type.</summary>
    /// <param name="answer">One resource, or a Bundle.</param>
    /// <param name="policy">Its judge: what may leave without is not looked up for.</param>
    /// <param name="context">Bases and depth.</param>
    public IReadOnlyList<KeyValuePair<ResourceType, string[]>> FindMissing(
        ReadOnlySpan<byte> answer,
        ReleasePolicy policy,
        FhirContext context
    )
    {
        ArgumentNullException.ThrowIfNull(policy);
        var missing = new HashSet<ResourceName>();
        var bases = Bases.Of(context);
        var json = ByteOrderMark.Skip(answer);
        var reader = ResourceReader.Rent();
        try
        {
            if (reader.TryReadWhole(json, policy, bases, reader.Facts) && reader.Facts.Type != ResourceType.Bundle)
            {
                Note(json, reader.Facts, policy, bases, missing);
            }
            else
            {
                NoteEntries(reader, json, policy, bases, missing);
            }
        }
        catch (JsonException)
        {
            // What cannot be read is found out where it is judged.
        }
        finally
        {
            ResourceReader.Return(reader);
        }

        return missing.ByType();
    }

    /// <summary>The same of lines of a Bulk Data file, each a resource.</summary>
    /// <param name="lines">Whole lines.</param>
    /// <param name="policy">Their judge: what may leave without is not looked up for.</param>
    /// <param name="context">Bases and depth.</param>
    public IReadOnlyList<KeyValuePair<ResourceType, string[]>> FindMissingInLines(
        ReadOnlySpan<byte> lines,
        ReleasePolicy policy,
        FhirContext context
    )
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (_known.Count >= MostKept)
        {
            _known.Clear();
        }

        var missing = new HashSet<ResourceName>();
        var bases = Bases.Of(context);
        var reader = ResourceReader.Rent();
        try
        {
            var resources = new LineResources(lines);
            while (resources.MoveNext())
            {
                reader.Names.PopTo(0);
                if (reader.TryReadWhole(resources.Current, policy, bases, reader.Facts))
                {
                    Note(resources.Current, reader.Facts, policy, bases, missing);
                }
            }
        }
        finally
        {
            ResourceReader.Return(reader);
        }

        return missing.ByType();
    }

    /// <summary>Takes in records of one type as they are now.</summary>
    /// <param name="type">Their type, as they were referred to.</param>
    /// <param name="ids">Their ids: those that are not in the answer are known not to be there.</param>
    /// <param name="answer">The one, whole, or the search that found them; empty: there is nothing.</param>
    /// <param name="policy">The judge of what hangs on them: says which facts are needed, and whose tenant's they must be.</param>
    /// <param name="context">Bases and depth.</param>
    public void Take(
        ResourceType type,
        IReadOnlyCollection<string> ids,
        ReadOnlySpan<byte> answer,
        ReleasePolicy policy,
        FhirContext context
    )
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(policy);
        foreach (var id in ids)
        {
            _known[new ResourceName(type, id)] = null;
        }

        var others = IdsOfOthers(answer, context);
        foreach (var facts in answer.IsEmpty ? [] : FoundRecords.Read(answer, policy, context))
        {
            var isUsable =
                facts is { Unjudgeable: false, HasNewOwner: false, Owner: OwnerState.Known or OwnerState.NotPatientData }
                && policy.Judge(facts).Reason is not (WithholdReason.OutsideTenant or WithholdReason.Unjudgeable);
            if (isUsable && facts.Type == type && facts.Id is { } id && ids.Contains(id) && !others.Contains(id))
            {
                _known[new ResourceName(type, id)] = facts;
            }
        }
    }

    // A transaction as a whole has no judge that asks for tenants: each entry has its own.
    private static HashSet<string> IdsOfOthers(ReadOnlySpan<byte> answer, FhirContext context)
    {
        var others = new HashSet<string>(StringComparer.Ordinal);
        if (context.TenantTag is not { } tag || answer.IsEmpty)
        {
            return others;
        }

        foreach (var facts in FoundRecords.Read(answer, null, context))
        {
            if (facts.Id is { } id && !FactMatching.IsOfTenant(facts, tag))
            {
                others.Add(id);
            }
        }

        return others;
    }

    /// <summary>Says whose a resource is, where only the record that it hangs on can say so and that is known.</summary>
    /// <param name="resource">The resource, whole.</param>
    /// <param name="facts">What was read out of it; completed.</param>
    /// <param name="context">Bases and depth.</param>
    public void Give(ReadOnlySpan<byte> resource, ResourceFacts facts, FhirContext context) => Give(resource, facts, Bases.Of(context));

    internal void Give(ReadOnlySpan<byte> resource, ResourceFacts facts, Bases bases)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (NameOf(resource, facts, bases) is not { } name || !_known.TryGetValue(name, out var target) || target is null)
        {
            return;
        }

        facts.Raise(target.Confidentiality);
        foreach (var label in target.Labels)
        {
            facts.AddLabel(label);
        }

        // Whom it names besides, in an extension or wherever, it is about as well.
        List<PatientId> owners = [.. target.Owners];
        foreach (var named in RecordNames.WithElements(resource, bases))
        {
            if (named.Name.Type == ResourceType.Patient && PatientId.TryParse(named.Name.Id, out var patient))
            {
                owners.Add(patient);
            }
        }

        facts.NamesNoPatient = facts.NeedNameNoPatient = false;
        facts.Owner = owners.Count > 0 ? OwnerState.Known : OwnerState.NotPatientData;
        foreach (var owner in owners)
        {
            facts.AddOwner(owner);
        }
    }

    // Of the answer to a transaction those of the searches in it, too.
    private void NoteEntries(
        ResourceReader reader,
        ReadOnlySpan<byte> bundle,
        ReleasePolicy policy,
        Bases bases,
        HashSet<ResourceName> missing,
        bool isNested = false
    )
    {
        var resources = new BundleResources(bundle, bases);
        while (resources.MoveNext())
        {
            reader.Names.PopTo(0);
            if (!reader.TryReadWhole(resources.Current, policy, bases, reader.Facts))
            {
                continue;
            }

            if (reader.Facts.Type == ResourceType.Bundle && !isNested)
            {
                NoteEntries(reader, resources.Current, policy, bases, missing, isNested: true);
            }
            else
            {
                Note(resources.Current, reader.Facts, policy, bases, missing);
            }
        }
    }

    private void Note(ReadOnlySpan<byte> resource, ResourceFacts facts, ReleasePolicy policy, Bases bases, HashSet<ResourceName> missing)
    {
        if (NameOf(resource, facts, bases) is { } name && !_known.ContainsKey(name) && policy.Judge(facts).Reason != WithholdReason.None)
        {
            missing.Add(name);
        }
    }

    // Only of what is complete and names nobody itself.
    private static ResourceName? NameOf(ReadOnlySpan<byte> resource, ResourceFacts facts, Bases bases) =>
        facts is { Owner: OwnerState.Undetermined, NamesNoPatient: true, NeedNameNoPatient: true, Unjudgeable: false }
            ? OwnerHop.Of(facts.Type)?.Find(resource, bases)
            : null;
}
