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
internal sealed class StartingRecordGuard(Fetch fetch)
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
        && (request.Interaction == Interaction.Operation ? IsOfRecords(request) : !Covers(exchange, Nobody));

    /// <summary>The permit, when the record is there and would leave under it.</summary>
    public async ValueTask<StageResult<Settled>> SettleAsync(GatewayExchange exchange, Permit permit)
    {
        var request = exchange.Request;
        using var fetched = await fetch.ReadAsync(exchange, $"/{request.Type.Name}/{request.Id}");
        switch (fetched)
        {
            case Fetched.Failed failed:
                return StageResult.Refuse(failed.Reason, Detail);
            case Fetched.Found found when request.Interaction == Interaction.Export:
                if (IsOfSomebodyCovered(exchange, permit, found.Body))
                {
                    return new Settled(permit);
                }

                NoteWithheld(exchange, permit, found.Body);
                return StageResult.Refuse(DenyReason.NotFoundOrWithheld, Detail);
            case Fetched.Found found:
                var seen = new CurrentVersions();
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

    // Of a group's members those are exported that are covered: one of whose members none is gives nothing, and is as one that is not there.
    private static bool IsOfSomebodyCovered(GatewayExchange exchange, Permit permit, ReadOnlyMemory<byte> group)
    {
        var facts = new ResourceFacts();
        if (!ResourceScanner.TryScan(group.Span, permit.Release, exchange.Ingressed.Route.Language, facts))
        {
            return false;
        }

        return facts.Owner != OwnerState.Known || facts.Owners.Any(owner => Covers(exchange, owner));
    }

    // Whether this client may have a patient's records exported by a group.
    private static bool Covers(GatewayExchange exchange, PatientId patient)
    {
        var part = exchange.Request.Parts.First(static part => part is { Interaction: Interaction.Export, Id: not null });
        return DecisionMaker.Decide(exchange, [part with { Patients = [patient] }]).Continues;
    }

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
