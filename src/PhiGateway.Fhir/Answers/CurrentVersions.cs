using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Knows which resources may be shown in an earlier version: those that may be shown as they are now. Filled by the host, asked while a
/// history is filtered.
/// </summary>
/// <remarks>
/// A record that was restricted afterwards must not leave in the version before. A resource is admitted when its current version was seen
/// and may leave, and so may every other version
/// that was seen; whatever was not seen is not admitted. Mutable, for one answer; not thread-safe.
/// </remarks>
public sealed class CurrentVersions
{
    private readonly Dictionary<ResourceName, State> _states = [];
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);

    /// <summary>Who names each Binary whose versions are judged; null (default): nobody looked.</summary>
    public FileReferrers? Files { get; init; }

    /// <summary>Whose the records are on which those hang whose versions are judged; null (default): nobody looked.</summary>
    public HopTargets? Hops { get; init; }

    /// <summary>
    /// Security: of a resource that is no more and was not seen, its deletion is told by its name, where every record of the type is shown
    /// whatever its labels; only where nothing but labels withholds. False by default.
    /// </summary>
    public bool TellsDeletions { get; init; }

    /// <summary>Says of records that they stay for what they speak of, before they are judged.</summary>
    /// <param name="names">Their names, as <c>Type/id</c>.</param>
    public void KeepBack(IReadOnlySet<string> names) => _kept.UnionWith(names);

    /// <summary>Judges every resource of a Bundle as one of several versions; false when it cannot be read.</summary>
    public bool TryConsider(ReadOnlySpan<byte> bundle, ReleasePolicy policy, FhirContext context) =>
        TryJudge(ByteOrderMark.Skip(bundle), policy, context, isCurrent: false);

    /// <summary>Judges every resource of a Bundle as the current version; false when it cannot be read.</summary>
    public bool TryConfirm(ReadOnlySpan<byte> bundle, ReleasePolicy policy, FhirContext context) =>
        TryJudge(ByteOrderMark.Skip(bundle), policy, context, isCurrent: true);

    /// <summary>Judges the one resource that a request names, as it is now; false when it is not that, or cannot be read.</summary>
    /// <param name="request">A vread or an instance's history.</param>
    /// <param name="resource">Its current version, whole.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="context">Bases and depth.</param>
    public bool TryConfirmNamed(FhirRequest request, ReadOnlySpan<byte> resource, ReleasePolicy policy, FhirContext context) =>
        request.Id is { } id && TryConfirmNamed(request.Type, id, resource, policy, context);

    /// <summary>Judges one resource as it is now; false when it is not that, or cannot be read.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="id">Its id.</param>
    /// <param name="resource">Its current version, whole.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="context">Bases and depth.</param>
    public bool TryConfirmNamed(ResourceType type, string id, ReadOnlySpan<byte> resource, ReleasePolicy policy, FhirContext context)
    {
        var reader = ResourceReader.Rent();
        try
        {
            var facts = reader.Facts;
            if (
                !reader.TryReadWhole(ByteOrderMark.Skip(resource), policy, Bases.Of(context), facts)
                || facts.Type != type
                || facts.Id != id
            )
            {
                return false;
            }

            if (facts.Type != ResourceType.Bundle)
            {
                Take(facts, Judge(ByteOrderMark.Skip(resource), reader, policy, context), isCurrent: true);
                return true;
            }
        }
        finally
        {
            ResourceReader.Return(reader);
        }

        // A Bundle is judged by what it holds.
        var read = new FhirRequest
        {
            Canonical = new CanonicalRequest("GET", string.Empty, [type.Name, id], []),
            Interaction = Interaction.Read,
            Type = type,
            Id = id,
            Parts = [],
            Template = "GET /{type}/{id}",
        };
        var verdict = AnswerFilter.Filter(read, resource, policy, context, new ArrayBufferWriter<byte>(), new Disclosure());
        _states[new ResourceName(type, id)] = new State(
            true,
            verdict is not (AnswerVerdict.Unchanged or AnswerVerdict.Rewritten),
            null,
            OwnerState.Undetermined,
            []
        );
        return true;
    }

    /// <summary>
    /// Says that the current version of whatever was considered is among what was considered: of a resource that is no more, every version
    /// was.
    /// </summary>
    public void ConfirmConsidered()
    {
        foreach (var name in _states.Keys.ToArray())
        {
            _states[name] = _states[name] with { IsConfirmed = true };
        }
    }

    /// <summary>Ids of a type that were considered and still need their current version.</summary>
    public IReadOnlyList<string> Unconfirmed(ResourceType type) =>
        [
            .. _states
                .Where(pair => pair.Key.Type == type && pair.Value is { IsConfirmed: false, IsRefused: false })
                .Select(static pair => pair.Key.Id),
        ];

    /// <summary>Types that were considered.</summary>
    public IReadOnlyList<ResourceType> Types => [.. _states.Keys.Select(static name => name.Type).Distinct()];

    /// <summary>
    /// Whether the one resource that a request names may be shown at all: it was seen as it is now, or in every version that there were,
    /// and may leave.
    /// </summary>
    public bool MayShowNamed(FhirRequest request) =>
        request.Id is { } id
        && _states.TryGetValue(new ResourceName(request.Type, id), out var state)
        && state is { IsConfirmed: true, IsRefused: false };

    /// <summary>Whether a version that may leave with these elements may leave in the light of the current one.</summary>
    internal bool Admits(ResourceFacts facts, ElementSet elements) =>
        facts.Id is not null
        && _states.TryGetValue(new ResourceName(facts.Type, facts.Id), out var state)
        && state is { IsConfirmed: true, IsRefused: false }
        && ReferenceEquals(state.Elements, elements);

    /// <summary>
    /// The facts of a resource that is no more, when every version of it that was seen may leave and so may its deletion, or when it is told
    /// by its name; null otherwise.
    /// </summary>
    internal ResourceFacts? AdmitsDeletion(ResourceType type, string id, ReleasePolicy policy)
    {
        var isKnown = _states.TryGetValue(new ResourceName(type, id), out var state);
        if (isKnown && state.IsRefused)
        {
            return null;
        }

        if (!isKnown || !state.IsConfirmed)
        {
            // What it was labelled with, nobody can say any more.
            var named = TellsDeletions ? Deletion.FactsOf(type, id) : null;
            return named is not null && policy.JudgeWhatever(named) == WithholdReason.None ? named : null;
        }

        var facts = new ResourceFacts
        {
            Type = type,
            Id = id,
            Owner = state.Owner,
        };
        foreach (var owner in state.Owners)
        {
            facts.AddOwner(owner);
        }

        return facts;
    }

    /// <summary>The same for what leaves whole or not at all.</summary>
    internal bool AdmitsWhole(ResourceFacts facts) =>
        facts.Id is not null
        && _states.TryGetValue(new ResourceName(facts.Type, facts.Id), out var state)
        && state is { IsConfirmed: true, IsRefused: false };

    private bool TryJudge(ReadOnlySpan<byte> bundle, ReleasePolicy policy, FhirContext context, bool isCurrent)
    {
        var bases = Bases.Of(context);
        var scanner = ResourceReader.Rent();
        try
        {
            var reader = new Utf8JsonReader(bundle, ResourceReader.OptionsFor(bases));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            // Every entry's every resource, however often a member is given: what is seen here can only keep something back.
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || !JsonText.Is(in reader, "resource"u8) || reader.CurrentDepth != 3)
                {
                    continue;
                }

                reader.Read();
                var start = checked((int)reader.TokenStartIndex);
                reader.Skip();
                var resource = bundle[start..checked((int)reader.BytesConsumed)];
                if (!scanner.TryReadWhole(resource, policy, bases, scanner.Facts))
                {
                    Refuse(resource, bases);
                    continue;
                }

                Take(scanner.Facts, Judge(resource, scanner, policy, context), isCurrent);
            }

            return true;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            ResourceReader.Return(scanner);
        }
    }

    private ReleaseVerdict Judge(ReadOnlySpan<byte> resource, ResourceReader reader, ReleasePolicy policy, FhirContext context)
    {
        Hops?.Give(resource, reader.Facts, context);
        var hidden = FileReferrers.Attribute(Files, reader, policy);
        return hidden == WithholdReason.None ? policy.Judge(reader.Facts) : ReleaseVerdict.Withheld(hidden);
    }

    // A version that cannot be read keeps back whatever it may be a version of; it is itself passed by where the answer is written.
    private void Refuse(ReadOnlySpan<byte> resource, Bases bases)
    {
        List<string> types = [];
        List<string> ids = [];
        var reader = new Utf8JsonReader(resource, ResourceReader.OptionsFor(bases));
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var name = TextOf(ref reader);
            if (reader.Read() && reader.TokenType == JsonTokenType.String && TextOf(ref reader) is { } text)
            {
                AddIf(string.Equals(name, "id", StringComparison.OrdinalIgnoreCase), ids, text);
                AddIf(string.Equals(name, "resourceType", StringComparison.OrdinalIgnoreCase), types, text);
            }

            reader.Skip();
        }

        foreach (var name in types)
        {
            foreach (var id in ResourceType.TryParse(name, out var type) ? ids : [])
            {
                _states[new ResourceName(type, id)] = new State(false, true, null, OwnerState.Undetermined, []);
            }
        }

        static void AddIf(bool isWanted, List<string> list, string text)
        {
            if (isWanted)
            {
                list.Add(text);
            }
        }

        static string? TextOf(ref Utf8JsonReader reader) =>
            Utf8.IsValid(reader.ValueSpan) && (!reader.ValueIsEscaped || JsonText.HasWholeSurrogates(reader.ValueSpan))
                ? JsonText.ToString(reader.ValueSpan, reader.ValueIsEscaped)
                : null;
    }

    private void Take(ResourceFacts facts, ReleaseVerdict verdict, bool isCurrent)
    {
        if (facts.Id is null)
        {
            return;
        }

        var name = new ResourceName(facts.Type, facts.Id);
        var known = _states.GetValueOrDefault(name);

        // Versions under different grants show different elements: which of them hold for all is not for the gateway to guess.
        _states[name] = new State(
            known.IsConfirmed || isCurrent,
            known.IsRefused
                || verdict.Reason != WithholdReason.None
                || verdict.Elements is null
                || (_kept.Count > 0 && _kept.Contains($"{facts.Type.Name}/{facts.Id}"))
                || (known.Elements is not null && !ReferenceEquals(known.Elements, verdict.Elements)),
            verdict.Elements,
            facts.Owner,
            [.. facts.Owners.Union(known.Owners ?? [])]
        );
    }

    private readonly record struct State(bool IsConfirmed, bool IsRefused, ElementSet? Elements, OwnerState Owner, PatientId[] Owners);
}
