using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>
/// Says, for one write, which patients and records its client may name: by decisions of the same client, put as if it asked for them. Made
/// for one request; asked by <see cref="NamedRecordGuard"/>.
/// </summary>
internal sealed class WrittenReach(GatewayExchange exchange, FhirRequest request)
{
    private readonly Dictionary<PatientId, DenyReason?> _patients = [];
    private readonly Dictionary<ResourceType, ReleasePolicy> _judges = [];

    /// <summary>Why a patient may not be named; null: it may. Nothing is asked of the upstream.</summary>
    /// <param name="patient">The patient.</param>
    public DenyReason? FindRefusal(PatientId patient)
    {
        if (!_patients.TryGetValue(patient, out var refusal))
        {
            refusal = Ask(patient);
            _patients.Add(patient, refusal);
        }

        return refusal;
    }

    /// <summary>What this client may see of a type, by reading or by searching.</summary>
    /// <param name="type">The type.</param>
    public ReleasePolicy JudgeOf(ResourceType type) => _judges.TryGetValue(type, out var known) ? known : _judges[type] = FindJudge(type);

    /// <summary>Whether a record that is there may be named.</summary>
    /// <param name="facts">The record.</param>
    /// <param name="judge">What this client may see of its type.</param>
    public bool MayName(ResourceFacts facts, ReleasePolicy judge)
    {
        if (exchange.Ingressed.Route.TenantTag is { } tag && !FactMatching.IsOfTenant(facts, tag))
        {
            return false;
        }

        var isRead = !ReferenceEquals(judge, ReleasePolicy.Nothing);
        if (facts.Owner == OwnerState.NotPatientData && RecordNames.MayBeNobodys(facts.Type))
        {
            // A device that is no patient's, but for one that is hidden for what it is.
            return !isRead || judge.JudgeWhosever(facts) == WithholdReason.None;
        }

        if (isRead)
        {
            return judge.Judge(facts).Reason == WithholdReason.None;
        }

        var isToldOf = facts.Owner != OwnerState.Undetermined || facts.NamesNoPatient;
        return isToldOf && facts.Owners.All(owner => FindRefusal(owner) is null);
    }

    // What this token's scope lets read is no matter: the client may have another one, and must not learn by the narrower one what its
    // grants hide.
    private ReleasePolicy FindJudge(ResourceType type)
    {
        var caller = exchange.Identified.Caller;
        return FindJudge(type, caller, out var isForScopes)
            ?? (isForScopes ? FindJudge(type, Reading(caller), out _) : null)
            ?? ReleasePolicy.Nothing;
    }

    private ReleasePolicy? FindJudge(ResourceType type, Caller caller, out bool isForScopes)
    {
        isForScopes = false;
        foreach (var interaction in (ReadOnlySpan<Interaction>)[Interaction.Read, Interaction.SearchType])
        {
            var decided = DecisionMaker.Decide(exchange, caller, [new AccessPart { Interaction = interaction, Type = type }]);
            if (decided.Continues)
            {
                return decided.Value.Release;
            }

            isForScopes |= decided.Result.Refusal == DenyReason.OutsideScope;
        }

        return null;
    }

    // The same caller with a token that lets read everything at the levels of the one it has.
    private static Caller Reading(Caller caller) =>
        caller with
        {
            Scopes = new ScopeSet(
                [
                    .. caller.Scopes.Scopes.Select(static scope =>
                        scope with
                        {
                            Types = ResourceTypeSet.All,
                            Rights = ScopeRights.Read | ScopeRights.Search,
                            Where = [],
                        }
                    ),
                ],
                0
            ),
        };

    // Whoever may read the patient, or find this kind of record of theirs, or have the same done for them.
    private DenyReason? Ask(PatientId patient)
    {
        var read = new AccessPart
        {
            Interaction = Interaction.Read,
            Type = ResourceType.Patient,
            Id = patient.Value,
            Patients = [patient],
        };
        var search = new AccessPart
        {
            Interaction = Interaction.SearchType,
            Type = request.Type,
            Patients = [patient],
        };
        var refusal = AskOf(search);
        if (refusal is null || AskOf(read) is null)
        {
            return null;
        }

        var asked =
            request.Interaction == Interaction.Operation ? AskOf(request.Parts[0] with { Patients = [patient] }) : AskToWrite(patient);
        return asked == DenyReason.OutsideUseCase ? refusal : asked;
    }

    private DenyReason? AskOf(AccessPart part)
    {
        var decided = DecisionMaker.Decide(exchange, [part]);
        return decided.Continues ? null : decided.Result.Refusal ?? DenyReason.Faulted;
    }

    // The same write, were it this patient's.
    private DenyReason? AskToWrite(PatientId patient)
    {
        var written = new ResourceFacts();
        if (!ResourceScanner.TryScanForDecision(WrittenContent.Of(request).Span, exchange.Ingressed.Route.Language, written))
        {
            return DenyReason.PatientUndetermined;
        }

        var facts = new ResourceFacts
        {
            Type = request.Type,
            Id = written.Id,
            Owner = OwnerState.Known,
            Confidentiality = Confidentiality.Normal,
        };
        facts.AddOwner(patient);
        foreach (var token in written.Tokens)
        {
            // Which tags it bears was asked of the write itself.
            if (token.Parameter != "_tag" || exchange.Ingressed.Route.TenantTag is not null)
            {
                facts.AddToken(token);
            }
        }

        var create = new AccessPart
        {
            Interaction = Interaction.Create,
            Type = request.Type,
            Body = facts,
        };
        var update = create with { Interaction = Interaction.Update, StoredState = StoredState.Absent };
        var patch = create with { Interaction = Interaction.Patch, StoredState = StoredState.Present, Stored = facts };
        var refusal = AskOf(create);
        return refusal is null || AskOf(update) is null || AskOf(patch) is null ? null : refusal;
    }
}
