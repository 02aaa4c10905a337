using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Rosters;

/// <summary>Puts, removes and lists single memberships of rosters; called by their endpoints.</summary>
internal sealed class MemberCommands(IRegistryStore store, AdminJournal journal, RosterGrowth growth)
{
    /// <summary>Adds or changes one membership.</summary>
    public async Task<Outcome<MemberChange>> PutAsync(AdminCall call, string id, string patient, JsonObject body)
    {
        if (body.ContainsKey("patient") || body.ContainsKey("remove"))
        {
            return AdminProblem.Invalid(
                body.ContainsKey("patient") ? "/patient" : "/remove",
                "unknown-member",
                "The patient stands in the path; DELETE removes."
            );
        }

        body["patient"] = patient;
        if (MemberLine.Read(JsonSerializer.SerializeToUtf8Bytes(body), out var code) is not { } line)
        {
            return AdminProblem.Invalid(string.Empty, code, "The membership cannot be read: " + code + ".");
        }

        if (await store.FindAsync(RegistryKind.Roster, id, call.Cancelled) is null)
        {
            return AdminProblem.NotFound("roster");
        }

        try
        {
            return await WriteAsync(call, "roster.member.put", id, patient, () => growth.PutAsync(call, id, [line.ToMember(id)]));
        }
        finally
        {
            // Whatever became of the answer: it may have been written.
            if (!call.IsDryRun)
            {
                await growth.AfterAsync(call, id);
            }
        }
    }

    /// <summary>Removes one membership.</summary>
    public async Task<Outcome<MemberChange>> RemoveAsync(AdminCall call, string id, string patient)
    {
        if (!PatientId.TryParse(patient, out var parsed) || await store.FindAsync(RegistryKind.Roster, id, call.Cancelled) is null)
        {
            return AdminProblem.NotFound("roster or member");
        }

        return await WriteAsync(
            call,
            "roster.member.remove",
            id,
            patient,
            async () => new MembersWritten(await store.RemoveMembersAsync(id, [parsed], call.Person, CancellationToken.None))
        );
    }

    /// <summary>One page of a roster; the look is on record first.</summary>
    public async Task<Outcome<MemberPage>> ListAsync(AdminCall call, string id, PageRequest page)
    {
        if (await store.FindAsync(RegistryKind.Roster, id, call.Cancelled) is null)
        {
            return AdminProblem.NotFound("roster");
        }

        // Who is on a roster is PHI: reading it is on record like any other disclosure of the control plane.
        await journal.IntentAsync(call, "roster.member.list", "roster/" + id, null);
        var members = await store.ListMembersAsync(id, page.After?.Id, page.Limit + 1, call.Cancelled);
        var next = members.Count > page.Limit ? new Cursor(null, members[page.Limit - 1].Patient.Value!).Encode() : null;

        // No Link header: the cursor holds a patient id, and the link would put it into a URL of ours.
        return new MemberPage(
            [
                .. members
                    .Take(page.Limit)
                    .Select(static member => new MemberLine
                    {
                        Patient = member.Patient.Value,
                        From = member.From,
                        Until = member.Until,
                        Source = member.Source,
                    }),
            ],
            next
        );
    }

    private async Task<Outcome<MemberChange>> WriteAsync(
        AdminCall call,
        string @event,
        string id,
        string patient,
        Func<Task<Outcome<MembersWritten>>> write
    )
    {
        var change = new MemberChange(@event, call.IsDryRun);
        if (call.IsDryRun)
        {
            return change;
        }

        var target = "roster/" + id;
        await journal.IntentAsync(call, @event, target, null, [patient]);
        Outcome<MembersWritten> written;
        try
        {
            written = await write();
        }
        catch (Exception fault)
        {
            await journal.OutcomeAsync(call, @event, target, 503, "unknown: " + fault.GetType().Name);
            throw;
        }

        if (written.Failed(out var stopped, out var done))
        {
            return await journal.OutcomeAsync(call, @event, target, stopped.Status, "not written: " + stopped.Code) ?? stopped;
        }

        var note = AdminJournal.WrittenAt(done.Revision);
        var status = done.Closed.Count > 0 ? 200 : 204;
        return await journal.OutcomeAsync(call, @event, target, status, note, done.Revision) is { } unrecorded
            ? unrecorded
            : change with
            {
                Closed = done.Closed,
            };
    }
}
