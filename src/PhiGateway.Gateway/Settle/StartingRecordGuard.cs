using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>
/// Looks up the record that an operation, or the export of a group, starts from and refuses it when the client may not see it, in the same way as when
/// there is no such record; used by Settle.
/// </summary>
/// <remarks>
/// A Patient needs no look: the decision knows who is covered, and of a Patient of which nothing may be shown the answer itself is withheld,
/// where it is one of records (<c>$validate</c> answers with none).
/// </remarks>
internal sealed class StartingRecordGuard(Fetch fetch, TargetLookup targets)
{
    private const string Detail = "starting-record";

    // Covered by nothing but a grant for any patient.
    private static readonly PatientId Nobody = PatientId.Parse("nobody.of.this.server");

    /// <summary>Whether the answer to the operation could tell of a record that may not be seen.</summary>
    public static bool IsNeeded(GatewayExchange exchange, Permit permit) =>
        exchange.Request is { Interaction: Interaction.Operation or Interaction.Export, Id: not null } request
        && (request.Type != ResourceType.Patient || request.Operation == "$validate")
        && exchange.Understood.Continuation is null or { IsStart: true }
        && UpstreamCallFactory.Withholds(permit)
        && (request.Interaction == Interaction.Export || IsOfRecords(request));

    /// <summary>The permit, when the record is there and would leave under it.</summary>
    public async ValueTask<StageResult<Settled>> SettleAsync(GatewayExchange exchange, Permit permit)
    {
        var request = exchange.Request;
        using var fetched = await fetch.ReadAsync(exchange, $"/{request.Type.Name}/{request.Id}");
        switch (fetched)
        {
            case Fetched.Failed failed:
                return StageResult.Refuse(failed.Reason, Detail);
            case Fetched.Found found when IsOfMembers(request) && GroupMembers.AreWorkedOut(found.Body):
                // That somebody is among them tells what their records say.
                NoteWithheld(exchange, permit, found.Body);
                return StageResult.Refuse(DenyReason.NotFoundOrWithheld, Detail);
            case Fetched.Found found when request.Interaction == Interaction.Export:
                return MayBeExported(exchange, found.Body)
                    ? new Settled(permit)
                    : StageResult.Refuse(DenyReason.NotFoundOrWithheld, Detail);
            case Fetched.Found found:
                var seen = new CurrentVersions();
                seen.KeepBack(await targets.FindKeptAsync(exchange, found.Body, permit.Release));
                if (!seen.TryConfirmNamed(request, found.Body.Span, permit.Release, exchange.Ingressed.Route.Language))
                {
                    return StageResult.Refuse(DenyReason.UnreadableAnswer, Detail);
                }

                if (seen.MayShowNamed(request) || IsNobodys(exchange, permit, found.Body))
                {
                    return new Settled(permit);
                }

                NoteWithheld(exchange, permit, found.Body);
                return StageResult.Refuse(DenyReason.NotFoundOrWithheld, Detail);
            default:
                return StageResult.Refuse(DenyReason.NotFoundOrWithheld, Detail);
        }
    }

    // Of a group's members those are exported that are covered: one that the client may not see, or of whose members none is covered, is as one
    // that is not there.
    private static bool MayBeExported(GatewayExchange exchange, ReadOnlyMemory<byte> group)
    {
        var part = exchange.Request.Parts.First(static part => part is { Interaction: Interaction.Export, Id: not null });
        var decided = DecisionMaker.Decide(exchange, [part with { IsLookedAt = true }]);
        var policy = decided.Continues ? decided.Value.Release : ReleasePolicy.Nothing;
        var language = exchange.Ingressed.Route.Language;
        var (facts, alone) = (new ResourceFacts(), new ResourceFacts());
        if (
            !ResourceScanner.TryScan(group.Span, policy, language, facts)
            || !ResourceScanner.TryScan(group.Span, policy, language, alone)
            || facts.Type != part.Type
            || facts.Id != part.Id
        )
        {
            return false;
        }

        var hidden = policy.JudgeWhosever(facts);
        for (var place = 0; hidden == WithholdReason.None && place < facts.Owners.Count; place++)
        {
            alone.OwnBy(facts.Owners[place]);
            var isCovered =
                policy.Judge(alone).Reason == WithholdReason.None
                && DecisionMaker.Decide(exchange, [part with { Patients = [facts.Owners[place]] }]).Continues;
            if (isCovered)
            {
                return true;
            }
        }

        if (hidden == WithholdReason.None && facts.Owner != OwnerState.Known && IsForWhomever(exchange, part, facts))
        {
            return true;
        }

        exchange.Disclosure.Withhold(hidden == WithholdReason.None ? WithholdReason.NotCovered : hidden, facts);
        return false;
    }

    // It names nobody; or it cannot be read of whom it speaks, and it is for those alone to whom that does not matter.
    private static bool IsForWhomever(GatewayExchange exchange, AccessPart part, ResourceFacts facts) =>
        facts.NamesNoPatient
        || facts.Owner == OwnerState.NotPatientData
        || DecisionMaker.Decide(exchange, [part with { Patients = [Nobody] }]).Continues;

    private static bool IsOfMembers(FhirRequest request) =>
        request.Type == ResourceType.Group && request.Operation is not ("$validate" or "$meta");

    // For the record: whose record it is of which the client is told that it is not there.
    private static void NoteWithheld(GatewayExchange exchange, Permit permit, ReadOnlyMemory<byte> record)
    {
        var facts = new ResourceFacts();
        if (ResourceScanner.TryScan(record.Span, permit.Release, exchange.Ingressed.Route.Language, facts))
        {
            var reason = permit.Release.Judge(facts).Reason;
            exchange.Disclosure.Withhold(reason == WithholdReason.None ? WithholdReason.NotCovered : reason, facts);
        }
    }

    // A measure, a questionnaire: that there is one tells of nobody, though it may be no record that leaves.
    private static bool IsNobodys(GatewayExchange exchange, Permit permit, ReadOnlyMemory<byte> record)
    {
        var facts = new ResourceFacts();
        return ResourceScanner.TryScan(record.Span, permit.Release, exchange.Ingressed.Route.Language, facts)
            && facts.Owner == OwnerState.NotPatientData;
    }

    // Terminology and conformance are nobody's. What is validated is, but not the record that it is held against.
    private static bool IsOfRecords(FhirRequest request) => request.Operation == "$validate" || WrittenContent.IsOfRecords(request);
}
