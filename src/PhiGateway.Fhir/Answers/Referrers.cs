using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Forwarding;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Collects the records that name one Binary, as the host looked them up, and says whose it is and whether it may leave: a Binary that does
/// not say so itself belongs to whom these belong to. Mutable, for one answer.
/// </summary>
/// <remarks>
/// One that is hidden for whose it is, or for what it is, hides the Binary too: whoever may write records of one patient could otherwise open
/// another's files by naming them.
/// </remarks>
/// <param name="id">Id of the Binary.</param>
/// <param name="context">Bases and depth.</param>
/// <param name="version">Version of the Binary as it was met; null: it has none.</param>
public sealed class Referrers(string id, FhirContext context, string? version = null)
{
    private static readonly (ResourceType Type, string Parameter)[] Addressed = [(ResourceType.Parse("DocumentReference"), "location")];

    private static readonly ResourceType[] Attaching =
    [
        ResourceType.Parse("DiagnosticReport"),
        ResourceType.Parse("Media"),
        ResourceType.Parse("DocumentManifest"),
        ResourceType.Parse("Communication"),
        ResourceType.Parse("Consent"),
        ResourceType.Patient,
        ResourceType.Parse("QuestionnaireResponse"),
        ResourceType.Parse("Composition"),
        ResourceType.Parse("CommunicationRequest"),
        ResourceType.Parse("Task"),
        ResourceType.Parse("Claim"),
        ResourceType.Parse("ClaimResponse"),
        ResourceType.Parse("ExplanationOfBenefit"),
        ResourceType.Parse("CoverageEligibilityResponse"),
        ResourceType.Parse("Contract"),
        ResourceType.Parse("BodyStructure"),
        ResourceType.Parse("List"),
        ResourceType.Parse("RelatedPerson"),
        ResourceType.Parse("Practitioner"),
        ResourceType.Parse("HealthcareService"),
        ResourceType.Parse("Questionnaire"),
        ResourceType.Parse("Library"),
        ResourceType.Parse("Basic"),
    ];

    // They stand in the address of a search.
    private const int AddressesAtOnce = 12;

    private readonly HashSet<PatientId> _owners = [];
    private readonly HashSet<SecurityLabel> _labels = [];
    private readonly Bases _bases = Bases.Of(context);
    private Confidentiality _confidentiality;
    private WithholdReason _hidden;
    private WithholdReason _passed;
    private int _shown;
    private bool _isSomebodys;

    /// <summary>Id of the Binary.</summary>
    public string Id => id;

    /// <summary>
    /// Types whose attachments, or references to anything, are found by no parameter: their records are looked through, the likeliest first.
    /// </summary>
    public static IReadOnlyList<ResourceType> LookedThrough => Attaching;

    /// <summary>One of them may leave, and none is hidden.</summary>
    public bool IsShown => _shown > 0 && !IsHidden;

    /// <summary>Whose the records are that name it, as far as was looked.</summary>
    public IReadOnlyCollection<PatientId> Owners => _owners;

    /// <summary>One of them must stay, and so the Binary.</summary>
    public bool IsHidden => _hidden != WithholdReason.None;

    /// <summary>
    /// Where to collect them, when only who names it can say whose a Binary is; null when it says so itself, or says something that cannot be
    /// read.
    /// </summary>
    public static Referrers? FindNeeded(ReadOnlySpan<byte> binary, ReleasePolicy policy, FhirContext context)
    {
        var reader = ResourceReader.Rent();
        try
        {
            return
                reader.TryReadWhole(ByteOrderMark.Skip(binary), policy, Bases.Of(context), reader.Facts)
                && reader.Facts is { Type: var type, Id: { } id } facts
                && type == ResourceType.Binary
                && AreNeeded(reader)
                ? new Referrers(id, context, facts.VersionId)
                : null;
        }
        finally
        {
            ResourceReader.Return(reader);
        }
    }

    /// <summary>Parameters by which records are found that name an address: R4's, and those that the server is declared to have.</summary>
    public static IReadOnlyList<(ResourceType Type, string Parameter)> ByAddress(FhirContext context)
    {
        var found = new List<(ResourceType, string)>(Addressed);
        foreach (var type in ResourceType.All)
        {
            foreach (var parameter in context.Declared.Of(type).Values)
            {
                if (
                    parameter.Kind == SearchParameterKind.Uri
                    && parameter.Paths.Any(static path => path.EndsWith(".url", StringComparison.Ordinal))
                )
                {
                    found.Add((type, parameter.Name));
                }
            }
        }

        return found;
    }

    /// <summary>A search of the records of one type that are these patients'; null where no one parameter says so.</summary>
    public static string? SearchOf(ResourceType type, IReadOnlyCollection<PatientId> owners) =>
        OwnerParameter.For(type, [.. owners]) is { } confined ? $"/{type.Name}?{confined.Key}={confined.Value}&_count=50" : null;

    /// <summary>The Binary's addresses, as a record may name it: the alternatives of such a parameter, so many at a time.</summary>
    public IEnumerable<string> Addresses()
    {
        var names = context
            .UpstreamBases.Append(context.GatewayBase)
            .Concat(context.Aliases)
            .Select(root => $"{root}/Binary/{id}")
            .Prepend($"Binary/{id}")
            .Distinct();
        var versioned = version is not null && FhirId.IsValid(version) ? names.Select(name => $"{name}/_history/{version}") : [];
        return names.Concat(versioned).Chunk(AddressesAtOnce).Select(static some => string.Join(',', some));
    }

    /// <summary>It could not be found out who names it, so it must stay.</summary>
    public void Hide() => _hidden = WithholdReason.UndeterminedPatient;

    /// <summary>Takes in one page of a search.</summary>
    /// <param name="page">The searchset; what is in it and does not name the Binary is of no matter.</param>
    /// <param name="policy">The judge of such records for this client.</param>
    /// <param name="next">Where the search goes on; null: nowhere.</param>
    /// <returns>False when it cannot be read.</returns>
    public bool TryTake(ReadOnlySpan<byte> page, ReleasePolicy policy, out string? next)
    {
        next = null;
        page = ByteOrderMark.Skip(page);
        var scanner = ResourceReader.Rent();
        try
        {
            string? relation = null;
            string? url = null;
            var reader = new Utf8JsonReader(page, ResourceReader.OptionsFor(_bases));
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 3)
                {
                    next = relation == "next" ? url : next;
                    (relation, url) = reader.CurrentDepth == 2 ? (null, null) : (relation, url);
                    continue;
                }

                var isResource = JsonText.Is(in reader, "resource"u8);
                var isRelation = JsonText.Is(in reader, "relation"u8);
                var isUrl = JsonText.Is(in reader, "url"u8);
                reader.Read();
                var start = checked((int)reader.TokenStartIndex);
                if (reader.TokenType == JsonTokenType.String)
                {
                    relation = isRelation ? reader.GetString() : relation;
                    url = isUrl ? reader.GetString() : url;
                }

                reader.Skip();
                if (isResource)
                {
                    Take(page[start..checked((int)reader.BytesConsumed)], policy, scanner);
                }
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

    /// <summary>Says whose the Binary just read is.</summary>
    /// <param name="reader">It read the Binary.</param>
    /// <param name="policy">The judge of the Binary.</param>
    /// <returns>Why it must stay; none: it is judged by its facts.</returns>
    internal WithholdReason Attribute(ResourceReader reader, ReleasePolicy policy)
    {
        var facts = reader.Facts;
        if (facts.Id != id || !AreNeeded(reader))
        {
            return WithholdReason.None;
        }

        if (IsHidden)
        {
            return _hidden;
        }

        if (_shown == 0)
        {
            // Who sees what nobody can attribute sees it without them.
            return policy.Judge(facts).Reason == WithholdReason.None ? WithholdReason.None : _passed;
        }

        Give(facts);
        return WithholdReason.None;
    }

    /// <summary>Makes the Binary theirs who name it.</summary>
    /// <param name="facts">Of the Binary, as it is or as it would be.</param>
    internal void Give(ResourceFacts facts)
    {
        facts.Raise(_confidentiality);
        foreach (var label in _labels)
        {
            facts.AddLabel(label);
        }

        if (_isSomebodys && _owners.Count == 0)
        {
            return;
        }

        facts.NamesNoPatient = false;
        facts.Owner = _owners.Count > 0 ? OwnerState.Known : OwnerState.NotPatientData;
        foreach (var owner in _owners)
        {
            facts.AddOwner(owner);
        }
    }

    /// <summary>Whether only who names the Binary just read can say whose it is.</summary>
    internal static bool AreNeeded(ResourceReader reader) =>
        reader.Facts is { Owner: OwnerState.Undetermined, NamesNoPatient: true } && reader.Owners is { Named: false, AreTargetsRead: true };

    private void Take(ReadOnlySpan<byte> resource, ReleasePolicy policy, ResourceReader scanner)
    {
        var elements = new List<string>();
        foreach (var (element, named) in BinaryNames.In(resource, _bases))
        {
            if (named == id)
            {
                elements.Add(element);
            }
        }

        if (elements.Count == 0)
        {
            return;
        }

        if (!scanner.TryReadWhole(resource, policy, _bases, scanner.Facts))
        {
            _hidden = WithholdReason.Unjudgeable;
            return;
        }

        // What is contained may be shown in part only: its types are asked one by one.
        var contained = scanner.Contained;
        if (elements.Contains("contained") && !contained.TrueForAll(type => policy.ElementsOfContained(type).IsAll))
        {
            elements.RemoveAll(static element => element == "contained");
        }

        Count(scanner.Facts, policy.Judge(scanner.Facts), elements);
    }

    private void Count(ResourceFacts facts, ReleaseVerdict verdict, List<string> elements)
    {
        switch (verdict)
        {
            case { Reason: WithholdReason.None, Elements: { } shown } when elements.Exists(shown.Contains):
                _shown++;
                break;

            // That a record is of a kind that this client is not shown hides nothing of what is named by one that it is shown.
            case { Reason: WithholdReason.None or WithholdReason.NotCovered or WithholdReason.Condition }:
                _passed = verdict.Reason == WithholdReason.None ? WithholdReason.NotCovered : verdict.Reason;
                break;
            default:
                _hidden = verdict.Reason;
                break;
        }

        _isSomebodys |= facts.Owner == OwnerState.Undetermined;
        _confidentiality = facts.Confidentiality > _confidentiality ? facts.Confidentiality : _confidentiality;
        _labels.UnionWith(facts.Labels);
        _owners.UnionWith(facts.Owners);
    }
}
