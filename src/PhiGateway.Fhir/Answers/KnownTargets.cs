using System.Text.Json;
using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Holds the judged targets of one Provenance (or its kin) that was read alone, or of those of a page, as the host looked them up, so that
/// these can be judged by them. Mutable, for one answer.
/// </summary>
public sealed class KnownTargets
{
    private readonly HashSet<ResourceName> _asked = [];

    // What was looked up and may leave speaks of these in its turn.
    private readonly Dictionary<ResourceName, ResourceName[]> _further = [];
    private readonly List<ResourceName> _fresh = [];

    /// <summary>Something keeps back what speaks of it since it could not be looked up.</summary>
    public bool LacksSome { get; private set; }

    /// <summary>
    /// Only what says itself whose it is and may leave is held to what else it speaks of: to whom nothing leaves that nobody can attribute.
    /// </summary>
    public bool OfNamedAlone { get; init; }

    /// <summary>What was looked up and judged.</summary>
    internal KnownResources Known { get; } = new();

    /// <summary>Whether records of a type stay where one of what they speak of does.</summary>
    /// <param name="type">The type.</param>
    public static bool AreOf(ResourceType type) => ScanProgram.For(type).SpeaksOfOthers;

    /// <summary>Whether the answer to a request is one resource that speaks of others.</summary>
    public static bool AreNeeded(FhirRequest request) => request.Interaction == Interaction.Read && AreOf(request.Type);

    /// <summary>The same of one version.</summary>
    public static bool AreNeededForVersion(FhirRequest request) => request.Interaction == Interaction.VRead && AreOf(request.Type);

    /// <summary>Whether anything that speaks of others could leave under a policy.</summary>
    /// <param name="policy">The judge of an answer.</param>
    /// <param name="ofNamedAlone">Only what says itself whose it is.</param>
    public static bool MayLeave(ReleasePolicy policy, bool ofNamedAlone)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return KnownResources.Matter(policy.Types, ofNamedAlone);
    }

    /// <summary>Whether a page may hold something of the kind that could leave.</summary>
    /// <param name="page">The page, whole.</param>
    /// <param name="policy">Its judge; null: it has several.</param>
    public static bool Matter(ReadOnlySpan<byte> page, ReleasePolicy? policy)
    {
        foreach (var type in KnownResources.SpeakOfOthers)
        {
            if (policy?.Types.Contains(type) != false && page.IndexOf(type.Utf8Name) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// What the entries of a page speak of and is neither among them nor known, by type; once each. It counts as asked for from here on.
    /// Of the answer to a transaction: what its entries, and those of searches in it, speak of.
    /// </summary>
    /// <param name="page">A Bundle, or one resource, whole.</param>
    /// <param name="policy">Its judge.</param>
    /// <param name="context">Bases and depth.</param>
    public IReadOnlyList<KeyValuePair<ResourceType, string[]>> FindMissing(
        ReadOnlySpan<byte> page,
        ReleasePolicy policy,
        FhirContext context
    )
    {
        var named = new HashSet<ResourceName>();
        Collect(page, policy, Bases.Of(context), named, isNested: false);
        return named.Where(name => !Known.Holds(name) && _asked.Add(name)).ByType();
    }

    /// <summary>
    /// What was looked up since the last call and speaks of others in its turn (a signature of a signature), by type: what these are is not
    /// known yet. It counts as asked for from here on.
    /// </summary>
    /// <param name="isTooFar">Nobody asks any more: what is not known by now keeps back what speaks of it.</param>
    public IReadOnlyList<KeyValuePair<ResourceType, string[]>> FindFurther(bool isTooFar)
    {
        var further = _fresh.Where(name => !Known.Holds(name) && _asked.Add(name)).ByType();
        _fresh.Clear();
        if (!isTooFar)
        {
            return further;
        }

        foreach (var (type, ids) in further)
        {
            Hide(type, ids);
        }

        return [];
    }

    /// <summary>All was looked up: what speaks of something that stays, stays itself, however many stand between.</summary>
    public void Conclude()
    {
        for (var isNews = true; isNews; )
        {
            isNews = false;
            foreach (var (name, targets) in _further)
            {
                if (Known.KeepsBack(targets))
                {
                    Known.Withhold(name);
                    _further.Remove(name);
                    isNews = true;
                }
            }
        }
    }

    private void Collect(ReadOnlySpan<byte> page, ReleasePolicy policy, Bases bases, HashSet<ResourceName> all, bool isNested)
    {
        var (here, named) = (new HashSet<ResourceName>(), new HashSet<ResourceName>());
        var reader = ResourceReader.Rent();
        try
        {
            // Each entry of a transaction was judged by itself: none is known to the others.
            var json = ByteOrderMark.Skip(page);
            if (IsOne(json, bases))
            {
                if (reader.TryReadWhole(json, policy, bases, reader.Facts))
                {
                    Note(reader, policy, isHere: false, here, all);
                }

                return;
            }

            var isOfEach = !isNested && NestedBundle.PeekType(json, bases).SequenceEqual("transaction-response"u8);
            var resources = new BundleResources(json, bases);
            while (resources.MoveNext())
            {
                reader.Names.PopTo(0);
                if (!reader.TryReadWhole(resources.Current, policy, bases, reader.Facts))
                {
                    continue;
                }

                if (reader.Facts.Type == ResourceType.Bundle && isOfEach)
                {
                    Collect(resources.Current, policy, bases, all, isNested: true);
                    continue;
                }

                Note(reader, policy, !isOfEach && resources.IsHere(reader.Facts, bases), here, named);
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

        named.ExceptWith(here);
        all.UnionWith(named);
    }

    // Neither a Bundle nor Parameters, in which resources stand at the same depth.
    private static bool IsOne(ReadOnlySpan<byte> json, Bases bases)
    {
        var reader = new Utf8JsonReader(json, ResourceReader.OptionsFor(bases));
        return reader.Read()
            && reader.TokenType == JsonTokenType.StartObject
            && ResourceReader.PeekType(reader, out var type) == ScanResult.Complete
            && type != ResourceType.Bundle
            && type != ResourceType.Parameters;
    }

    /// <summary>
    /// What lines of a Bulk Data file speak of, by type; once each. What was known of the lines before them is forgotten: a file has no end.
    /// </summary>
    /// <param name="lines">Whole lines, each a resource.</param>
    /// <param name="policy">Their judge.</param>
    /// <param name="context">Bases and depth.</param>
    public IReadOnlyList<KeyValuePair<ResourceType, string[]>> FindInLines(
        ReadOnlySpan<byte> lines,
        ReleasePolicy policy,
        FhirContext context
    )
    {
        Known.Forget();
        _asked.Clear();
        _further.Clear();
        _fresh.Clear();
        var named = new HashSet<ResourceName>();
        var bases = Bases.Of(context);
        var reader = ResourceReader.Rent();
        try
        {
            var resources = new LineResources(lines);
            while (resources.MoveNext())
            {
                reader.Names.PopTo(0);
                var isOfOthers =
                    reader.TryReadWhole(resources.Current, policy, bases, reader.Facts)
                    && KnownResources.MayBeKeptBack(reader.Facts, policy, OfNamedAlone);
                if (isOfOthers)
                {
                    named.UnionWith(TargetsToLookUp(reader));
                }
            }
        }
        finally
        {
            ResourceReader.Return(reader);
        }

        return named.ByType();
    }

    private void Note(ResourceReader reader, ReleasePolicy policy, bool isHere, HashSet<ResourceName> here, HashSet<ResourceName> named)
    {
        var facts = reader.Facts;

        // What is judged by others itself, and may stand behind what speaks of it, is known too late.
        if (isHere && facts.Id is { } id && !KnownResources.IsJudgedByOthers(facts))
        {
            here.Add(new ResourceName(facts.Type, id));
        }

        if (KnownResources.MayBeKeptBack(facts, policy, OfNamedAlone))
        {
            named.UnionWith(TargetsToLookUp(reader));
        }
    }

    // What the resource just read speaks of and must be looked up; also where it speaks of more that cannot be read: any of them may be one
    // that stays.
    private static IEnumerable<ResourceName> TargetsToLookUp(ResourceReader reader) =>
        reader.Owners.Targets.Where(static target => !PatientPathTable.Instance.IsKnownByItself(target.Type));

    /// <summary>Says of targets that they could not be looked up: what speaks of them stays.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="ids">Their ids.</param>
    public void Hide(ResourceType type, IReadOnlyCollection<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        LacksSome = true;
        foreach (var id in ids)
        {
            Known.Add(new ResourceFacts { Type = type, Id = id }, WithholdReason.UndeterminedPatient);
        }
    }

    /// <summary>Says the same of those among some targets that were not found in what could be read of an answer.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="ids">The ids that were asked for.</param>
    public void HideUnknown(ResourceType type, IEnumerable<string> ids)
    {
        string[] unknown = [.. ids.Where(id => !Known.Holds(new ResourceName(type, id)))];
        if (unknown.Length > 0)
        {
            Hide(type, unknown);
        }
    }

    /// <summary>
    /// The targets that must be known before it can be said whose the resource is, and whether it may leave, by type, once each; empty when
    /// that is known already.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<ResourceType, string[]>> Find(
        ReadOnlySpan<byte> resource,
        ReleasePolicy policy,
        FhirContext context
    )
    {
        var reader = ResourceReader.Rent();
        try
        {
            return reader.TryReadWhole(resource, policy, Bases.Of(context), reader.Facts)
                ? TargetsToLookUp(reader).Distinct().ByType()
                : [];
        }
        finally
        {
            ResourceReader.Return(reader);
        }
    }

    /// <summary>
    /// Takes in targets of one type as they are now; false: not all of the answer could be read, and what is not known by now may be what
    /// could not be.
    /// </summary>
    /// <param name="type">Their type, as they were referred to.</param>
    /// <param name="ids">Their ids, as they were referred to.</param>
    /// <param name="answer">The one, whole, or the search that found them; other resources are not taken.</param>
    /// <param name="policy">The judge of a read of such a resource by the same client.</param>
    /// <param name="context">Bases and depth.</param>
    public bool Add(
        ResourceType type,
        IReadOnlyCollection<string> ids,
        ReadOnlySpan<byte> answer,
        ReleasePolicy policy,
        FhirContext context
    )
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(policy);
        var json = ByteOrderMark.Skip(answer);
        var bases = Bases.Of(context);
        var reader = ResourceReader.Rent();
        try
        {
            if (!reader.TryReadWhole(json, policy, bases, reader.Facts))
            {
                return false;
            }

            if (ids.Count == 1)
            {
                return Take(type, ids, reader, policy);
            }

            if (reader.Facts.Type != ResourceType.Bundle)
            {
                return false;
            }

            // A server whose pages are smaller than what was asked for has not said which of them there are.
            var isAll = NextPlace.Find(json, context) is null;
            var resources = new BundleResources(json, bases);
            while (resources.MoveNext())
            {
                reader.Names.PopTo(0);
                if (reader.TryReadWhole(resources.Current, policy, bases, reader.Facts))
                {
                    Take(type, ids, reader, policy);
                }
                else
                {
                    isAll = false;
                }
            }

            return isAll;
        }
        finally
        {
            ResourceReader.Return(reader);
        }
    }

    // False: it is another.
    private bool Take(ResourceType type, IReadOnlyCollection<string> ids, ResourceReader reader, ReleasePolicy policy)
    {
        var facts = reader.Facts;
        if (facts.Type != type || facts.Id is not { } id || !ids.Contains(id))
        {
            return false;
        }

        var reason = policy.Judge(facts).Reason;
        Known.Add(facts, reason);
        ResourceName[] targets = reason == WithholdReason.None && AreOf(type) ? [.. TargetsToLookUp(reader).Distinct()] : [];
        if (targets.Length > 0)
        {
            _further[new ResourceName(type, id)] = targets;
            _fresh.AddRange(targets);
        }

        return true;
    }
}
