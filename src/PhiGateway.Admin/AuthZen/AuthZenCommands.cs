using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.AuthZen;

/// <summary>
/// Answers evaluations one by one or many at once; every question is on record with its answer before the answer leaves. Called by the
/// endpoints.
/// </summary>
internal sealed class AuthZenCommands(
    AccessEvaluator evaluator,
    ISnapshotSource snapshots,
    IAuditJournal journal,
    AdminJournal records,
    TimeProvider time
)
{
    /// <summary>One question.</summary>
    public async Task<Outcome<Evaluated>> EvaluateAsync(AdminCall call, JsonObject body)
    {
        if (QuestionReader.Read(body).Failed(out var problem, out var question))
        {
            return problem;
        }

        var answer = Evaluate(question, await snapshots.FindFreshAsync(call.Cancelled), time.GetUtcNow());
        await RecordAsync([Note(call, answer, call.RequestId)]);
        return new Evaluated([answer], IsMany: false);
    }

    /// <summary>
    /// Many questions over one registry, in their order and as far as the semantics of the call say; where none stand in a list, the one
    /// that stands beside it.
    /// </summary>
    public async Task<Outcome<Evaluated>> EvaluateManyAsync(AdminCall call, JsonObject body)
    {
        if (body.TryGetPropertyValue("evaluations", out var node) && node is not JsonArray)
        {
            return AdminProblem.Malformed("evaluations must be a list.");
        }

        if (node is not JsonArray { Count: > 0 } asked)
        {
            return await EvaluateAsync(call, body);
        }

        if (asked.Count > QuestionReader.MostQuestions || asked.Any(static one => one is not JsonObject))
        {
            return AdminProblem.Malformed($"evaluations must be at most {QuestionReader.MostQuestions} objects.");
        }

        if (Defaults(body) is { } faulty)
        {
            return faulty;
        }

        if (Semantics(body).Failed(out var problem, out var semantics))
        {
            return problem;
        }

        var (snapshot, now) = (await snapshots.FindFreshAsync(call.Cancelled), time.GetUtcNow());
        var answers = new List<AccessAnswer>(asked.Count);
        foreach (var item in asked)
        {
            var answer = QuestionReader.Read((JsonObject)item!, body).Failed(out problem, out var question)
                ? new AccessAnswer(false, "question-not-readable", problem.Detail) { Error = problem.Status }
                : Evaluate(question, snapshot, now);
            answers.Add(answer);
            if (semantics == (answer.Permit ? "permit_on_first_permit" : "deny_on_first_deny"))
            {
                break;
            }
        }

        var head = records.Create(call, "authzen.evaluations", "audit", call.RequestId, Guid.Empty, AuditKind.AuditUse);
        head.Note = string.Create(CultureInfo.InvariantCulture, $"{semantics}: {answers.Count} of {asked.Count} answered");
        await RecordAsync([head, .. answers.Select(answer => Note(call, answer, Guid.CreateVersion7(now)))]);
        return new Evaluated(answers, IsMany: true);
    }

    // By a registry that is out of sight nothing is permitted, here as on the data plane.
    private AccessAnswer Evaluate(AccessQuestion question, RegistrySnapshot? snapshot, DateTimeOffset now) =>
        snapshot is null
            ? new AccessAnswer(false, DenyReason.SnapshotTooOld.Code, DenyReason.SnapshotTooOld.PublicText)
            : evaluator.Evaluate(question, snapshot, now);

    // What is wrong with the call as a whole is said once, and not of each question.
    private static AdminProblem? Defaults(JsonObject body)
    {
        foreach (var name in (string[])["subject", "action", "resource", "context"])
        {
            if (body.TryGetPropertyValue(name, out var node) && node is not JsonObject)
            {
                return AdminProblem.Malformed(name + " must be an object.");
            }
        }

        return null;
    }

    // What is not known by name is refused: a semantics passed over would answer another question.
    private static Outcome<string> Semantics(JsonObject body)
    {
        if (!body.TryGetPropertyValue("options", out var node))
        {
            return "execute_all";
        }

        if (node is not JsonObject options)
        {
            return AdminProblem.Malformed("options must be an object.");
        }

        if (!options.TryGetPropertyValue("evaluations_semantic", out var told))
        {
            return "execute_all";
        }

        return
            told is JsonValue value
            && value.TryGetValue<string>(out var name)
            && name is "execute_all" or "deny_on_first_deny" or "permit_on_first_permit"
            ? name
            : AdminProblem.Malformed("options.evaluations_semantic must be execute_all, deny_on_first_deny or permit_on_first_permit.");
    }

    // What is not known by the registry is not written down: any text can stand there.
    private AuditRecord Note(AdminCall call, AccessAnswer answer, Guid id)
    {
        var isHead = id == call.RequestId;
        var look = records.Create(call, "authzen.evaluation", "audit", id, isHead ? Guid.Empty : call.RequestId, AuditKind.AuditUse);
        look.Client = answer.Client;
        look.Patients = answer.Patients;
        look.Note = answer.Permit ? "permit" : "deny: " + answer.Reason;
        return look;
    }

    // Appended together: one flush takes them all.
    private Task RecordAsync(IReadOnlyList<AuditRecord> looks) => Task.WhenAll(looks.Select(look => journal.AppendAsync(look).AsTask()));
}
