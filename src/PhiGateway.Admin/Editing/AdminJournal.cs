using System.Globalization;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Writes the records of admin calls: the intent before anything is changed, the outcome before anybody is told.</summary>
internal sealed class AdminJournal(IAuditJournal journal, TimeProvider time, ILogger<AdminJournal> log)
{
    /// <summary>
    /// Durable when it returns; the head record's id is the call's request id, that of a further attempt names it as its parent.
    /// </summary>
    /// <exception cref="JournalUnavailableException">Nothing may be changed.</exception>
    public async Task IntentAsync(AdminCall call, Edit edit, EditPlan plan, WorkingSet before, long revision, int attempt = 1)
    {
        var head =
            attempt == 1
                ? Create(call, edit.Event, edit.Target, call.RequestId, Guid.Empty)
                : Create(call, edit.Event, edit.Target, Guid.CreateVersion7(time.GetUtcNow()), call.RequestId);
        head.Revision = revision;
        head.Note = Join("intent", plan.Note);
        if (plan.Writes.Count == 1)
        {
            Describe(head, plan.Writes[0], before);
            await journal.AppendAsync(head, edit.Lane);
            return;
        }

        await AppendAsync(head, plan.Writes.Select(PartOf), edit.Lane);

        AuditRecord PartOf(RegistryWrite write)
        {
            var part = CreatePart(call, edit.Event, KindWord.Of(write.Kind, write.Id), head);
            part.Revision = revision;
            Describe(part, write, before);
            return part;
        }
    }

    /// <summary>For changes that are not documents: memberships, imports.</summary>
    public Task IntentAsync(AdminCall call, string @event, string target, string? note, IReadOnlyList<string>? patients = null)
    {
        var record = Create(call, @event, target, call.RequestId, Guid.Empty);
        record.Note = Join("intent", note);
        record.Patients = patients ?? [];
        return journal.AppendAsync(record, AdminLane.Of(@event)).AsTask();
    }

    /// <summary>
    /// For one act on many things that are no documents: a record of the call, and under it one of each thing. Durable when it returns.
    /// </summary>
    public Task IntentAsync(AdminCall call, string @event, string target, string? note, IReadOnlyList<(string Event, string Target)> parts)
    {
        var head = Create(call, @event, target, call.RequestId, Guid.Empty);
        head.Note = Join("intent", note);
        return AppendAsync(head, parts.Select(part => CreatePart(call, part.Event, part.Target, head)), AdminLane.Of(@event));
    }

    /// <summary>Durable when it returns; the problem to answer when it could not be recorded.</summary>
    public async Task<AdminProblem?> OutcomeAsync(AdminCall call, string @event, string target, int status, string note, long revision = 0)
    {
        var record = Create(call, @event, target, Guid.CreateVersion7(time.GetUtcNow()), call.RequestId);
        record.Status = status;
        record.Revision = revision;
        record.Note = Join("outcome", note);
        try
        {
            // What was begun is said to the end.
            await journal.AppendAsync(record, AuditLane.Reserved);
            return null;
        }
        catch (JournalUnavailableException)
        {
            AdminLog.OutcomeUnrecorded(log, call.RequestId);
            return AdminProblem.OutcomeUnrecorded;
        }
    }

    public AuditRecord Create(AdminCall call, string @event, string target, Guid id, Guid parent, AuditKind kind = AuditKind.Admin)
    {
        return new AuditRecord
        {
            Id = id,
            ParentId = parent,
            Kind = kind,
            Event = @event,
            Time = time.GetUtcNow(),
            Actor = call.Person,
            Target = target,
            Method = call.Method,
            Peer = call.Peer,
            Subject = call.Caller.Method,
        };
    }

    public static string WrittenAt(long revision) => string.Create(CultureInfo.InvariantCulture, $"written as revision {revision}");

    private AuditRecord CreatePart(AdminCall call, string @event, string target, AuditRecord head)
    {
        var part = Create(call, @event, target, Guid.CreateVersion7(time.GetUtcNow()), head.Id);
        part.Note = "intent";
        return part;
    }

    // Appended together: one group commit takes them all.
    private Task AppendAsync(AuditRecord head, IEnumerable<AuditRecord> parts, AuditLane lane)
    {
        var pending = new List<Task> { journal.AppendAsync(head, lane).AsTask() };
        pending.AddRange(parts.Select(part => journal.AppendAsync(part, lane).AsTask()));
        return Task.WhenAll(pending);
    }

    private static void Describe(AuditRecord record, RegistryWrite write, WorkingSet before)
    {
        record.Before = DocumentMeta.ForRecord(write.Kind, before.Find(write.Kind, write.Id)?.Item.Json);
        record.After = DocumentMeta.ForRecord(write.Kind, write.Json);
    }

    private static string Join(string step, string? note) => string.IsNullOrEmpty(note) ? step : step + ": " + note;
}
