using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Requests.Bundles;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Finds whose a written resource is that belongs to whom its targets belong to (a Provenance): from the entries of the same transaction,
/// and from what the host looks up. Mutable, for one write.
/// </summary>
public sealed class WrittenTargets
{
    private readonly Dictionary<ResourceName, ResourceFacts> _known;
    private readonly ResourceName[] _targets;
    private readonly ResourceFacts _facts;
    private readonly SpokenRecords _earlier;
    private readonly FhirContext _context;

    private WrittenTargets(
        ResourceFacts facts,
        ResourceName[] targets,
        Dictionary<ResourceName, ResourceFacts> known,
        SpokenRecords earlier,
        FhirContext context
    )
    {
        (_facts, _targets, _known, _earlier, _context) = (facts, targets, known, earlier, context);
        foreach (var target in targets)
        {
            if (earlier.TryFind(target, out var found) && found is not null)
            {
                _known.TryAdd(target, found);
            }
        }
    }

    /// <summary>Whether only what it speaks of can say whose the written resource is.</summary>
    public static bool AreNeeded(AccessPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return part
                is {
                    Role: PartRole.Target,
                    Interaction: Interaction.Create or Interaction.Update or Interaction.Patch,
                    Body: { Owner: OwnerState.Undetermined, Unjudgeable: false } body
                }
            && ScanProgram.For(body.Type).OfTargets;
    }

    /// <summary>Reads what it speaks of; null when that cannot be read, or is too much.</summary>
    /// <param name="facts">Facts of what is written, to be completed.</param>
    /// <param name="body">What is written.</param>
    /// <param name="beside">Entries of the same transaction; empty otherwise.</param>
    /// <param name="earlier">What was looked up for others of the same transaction.</param>
    /// <param name="context">Bases and depth.</param>
    public static WrittenTargets? Read(
        ResourceFacts facts,
        ReadOnlyMemory<byte> body,
        IReadOnlyList<FhirRequest> beside,
        SpokenRecords earlier,
        FhirContext context
    )
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(context);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var known = new Dictionary<ResourceName, ResourceFacts>();
        for (var i = 0; i < beside.Count; i++)
        {
            if (beside[i] is not { Interaction: Interaction.Create or Interaction.Update, Parts: [{ Body: { } written }, ..] } entry)
            {
                continue;
            }

            var name = new ResourceName(entry.Type, entry.Id ?? string.Create(null, $"entry-{i}.of.this.transaction"));
            known[name] = written;
            if (entry.Id is null && entry.FullUrl is { } fullUrl)
            {
                names.TryAdd(fullUrl, $"{name.Type.Name}/{name.Id}");
            }
        }

        if (!StrictJson.TryParse(body, context.MaxDepth, out var document))
        {
            return null;
        }

        using (document)
        {
            var rewritten = names.Count == 0 ? null : ReferenceRewriter.Rewrite(document.RootElement, names);
            return Find(rewritten ?? body.Span, context) is { } targets
                ? new WrittenTargets(facts, targets, known, earlier, context)
                : null;
        }
    }

    /// <summary>What is still to be looked up, by type.</summary>
    public IReadOnlyList<KeyValuePair<ResourceType, string[]>> FindMissing() =>
        _targets
            .Where(target =>
                !_known.ContainsKey(target) && !PatientPathTable.Instance.IsKnownByItself(target.Type) && !_earlier.TryFind(target, out _)
            )
            .ByType();

    /// <summary>Takes in what was looked up: one resource, or the search that found several.</summary>
    /// <param name="answer">A resource or a Bundle, whole.</param>
    /// <param name="mayBeSpokenOf">Says of each whether this client may speak of it; what it may not is as if it were not there.</param>
    /// <param name="policy">Says which facts are needed.</param>
    public void Take(ReadOnlySpan<byte> answer, Func<ResourceFacts, bool> mayBeSpokenOf, ReleasePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(mayBeSpokenOf);
        var facts = new ResourceFacts();
        if (!ResourceScanner.TryScan(ByteOrderMark.Skip(answer), policy, _context, facts))
        {
            return;
        }

        if (facts.Type != ResourceType.Bundle)
        {
            Know(facts, mayBeSpokenOf);
            return;
        }

        var resources = new BundleResources(answer, Bases.Of(_context));
        while (resources.MoveNext())
        {
            var one = new ResourceFacts();
            if (ResourceScanner.TryScan(resources.Current, policy, _context, one))
            {
                Know(one, mayBeSpokenOf);
            }
        }
    }

    /// <summary>
    /// Remembers that these were looked up: which of them were not found, or may not be spoken of, is not asked once more.
    /// </summary>
    /// <param name="type">Their type.</param>
    /// <param name="ids">Their ids.</param>
    public void End(ResourceType type, IEnumerable<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        foreach (var id in ids)
        {
            var name = new ResourceName(type, id);
            _earlier.Note(name, _known.GetValueOrDefault(name));
        }
    }

    /// <summary>Says whose the written resource is, when all that it speaks of is known; else its facts stay as they are.</summary>
    public void Conclude()
    {
        var owners = new List<PatientId>();
        var isOfNew = false;
        foreach (var target in _targets)
        {
            var isKnown = _known.TryGetValue(target, out var facts);
            if (target.Type == ResourceType.Patient)
            {
                // One that has no id yet is on nobody's roster.
                isOfNew |= isKnown && facts!.Owner == OwnerState.Undetermined;
                if (!(isKnown && facts!.Owner == OwnerState.Undetermined) && PatientId.TryParse(target.Id, out var patient))
                {
                    owners.Add(patient);
                }
            }
            else if (isKnown && (facts!.Owner != OwnerState.Undetermined || facts.HasNewOwner))
            {
                owners.AddRange(facts.Owners);
                isOfNew |= facts.HasNewOwner;
            }
            else if (!PatientPathTable.Instance.IsKnownByItself(target.Type))
            {
                return;
            }
        }

        _facts.NamesNoPatient = false;
        _facts.Owner = owners.Count > 0 || isOfNew ? OwnerState.Known : OwnerState.NotPatientData;
        foreach (var owner in owners)
        {
            _facts.AddOwner(owner);
        }

        if (isOfNew)
        {
            var standIn = PatientId.Parse("new-patient.of.this.transaction");
            _facts.AddOwner(standIn);
            _facts.DeclareNew(standIn);
        }
    }

    private static ResourceName[]? Find(ReadOnlySpan<byte> body, FhirContext context)
    {
        var reader = ResourceReader.Rent();
        try
        {
            if (
                !reader.TryReadWhole(body, BodyPolicy.Instance, Bases.Of(context), reader.Facts)
                || !reader.Owners.AreTargetsRead
                || reader.Owners.Targets.Count == 0
            )
            {
                return null;
            }

            return [.. reader.Owners.Targets.Distinct()];
        }
        finally
        {
            ResourceReader.Return(reader);
        }
    }

    private void Know(ResourceFacts facts, Func<ResourceFacts, bool> mayBeSpokenOf)
    {
        if (facts.Id is { } id && mayBeSpokenOf(facts))
        {
            _known.TryAdd(new ResourceName(facts.Type, id), facts);
        }
    }
}
