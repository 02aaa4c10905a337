using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Rosters;

/// <summary>Single memberships: put, remove, list.</summary>
internal sealed class MemberCommands(IRegistryStore store, AdminJournal journal)
{
    public async Task<IResult> PutAsync(HttpContext context, string id, string patient)
    {
        if ((await RequestBody.ReadObjectAsync(context, optional: true)).Failed(out var problem, out var body))
        {
            return problem;
        }

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

        if (await store.FindAsync(RegistryKind.Roster, id, context.RequestAborted) is null)
        {
            return AdminProblem.NotFound("roster");
        }

        return await WriteAsync(
            context,
            "roster.member.put",
            id,
            patient,
            actor => store.PutMembersAsync([line.ToMember(id)], actor, CancellationToken.None)
        );
    }

    public async Task<IResult> RemoveAsync(HttpContext context, string id, string patient)
    {
        if (!PatientId.TryParse(patient, out var parsed) || await store.FindAsync(RegistryKind.Roster, id, context.RequestAborted) is null)
        {
            return AdminProblem.NotFound("roster or member");
        }

        return await WriteAsync(
            context,
            "roster.member.remove",
            id,
            patient,
            actor => store.RemoveMembersAsync(id, [parsed], actor, CancellationToken.None)
        );
    }

    public async Task<IResult> ListAsync(HttpContext context, string id)
    {
        if (PageLimit.Read(context, out var limit) is { } problem)
        {
            return problem;
        }

        Cursor? after = null;
        if (context.Request.Query["cursor"] is [{ } text] && (after = Cursor.Decode(text)) is null)
        {
            return AdminProblem.BadParameter("cursor", "it does not belong to this list.");
        }

        if (await store.FindAsync(RegistryKind.Roster, id, context.RequestAborted) is null)
        {
            return AdminProblem.NotFound("roster");
        }

        // Who is on a roster is PHI: reading it is on record like any other disclosure of the control plane.
        await journal.IntentAsync(context, "roster.member.list", "roster/" + id, null);
        var members = await store.ListMembersAsync(id, after?.Id, limit + 1, context.RequestAborted);
        var next = members.Count > limit ? new Cursor(null, members[limit - 1].Patient.Value!).Encode() : null;

        // No Link header: the cursor holds a patient id, and the link would put it into a URL of ours.
        return AdminResult.Json(
            new MemberPage(
                [
                    .. members
                        .Take(limit)
                        .Select(static member => new MemberLine
                        {
                            Patient = member.Patient.Value,
                            From = member.From,
                            Until = member.Until,
                            Source = member.Source,
                        }),
                ],
                next
            )
        );
    }

    private async Task<IResult> WriteAsync(HttpContext context, string @event, string id, string patient, Func<string, Task<long>> write)
    {
        if (RegistryEditor.IsDryRun(context))
        {
            return AdminResult.Json(new MemberDryRun(true, @event, 1));
        }

        var target = "roster/" + id;
        await journal.IntentAsync(context, @event, target, null, [patient]);
        long revision;
        try
        {
            revision = await write(AdminCaller.Of(context).Person);
        }
        catch (Exception fault)
        {
            await journal.OutcomeAsync(context, @event, target, StatusCodes.Status503ServiceUnavailable, "failed: " + fault.GetType().Name);
            throw;
        }

        return
            await journal.OutcomeAsync(context, @event, target, StatusCodes.Status204NoContent, AdminJournal.WrittenAt(revision), revision)
                is { } unrecorded
            ? unrecorded
            : new AdminResult(StatusCodes.Status204NoContent, default);
    }
}

/// <summary>One page of a roster. PHI.</summary>
/// <param name="Items">In order of patient id.</param>
/// <param name="NextCursor">Place of the next page.</param>
public sealed record MemberPage(IReadOnlyList<MemberLine> Items, string? NextCursor);

/// <summary>What a membership write would do.</summary>
/// <param name="DryRun">Always true.</param>
/// <param name="Event">What it would be called in the trail.</param>
/// <param name="Members">How many memberships it would touch.</param>
public sealed record MemberDryRun(bool DryRun, string Event, int Members);
