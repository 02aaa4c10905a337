using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Documents;

/// <summary>
/// Raises an alert when one client was given many tasks since a second person looked; asked after each task that is written. The sibling of
/// the growth of rosters, with its numbers.
/// </summary>
internal sealed class TaskGrowth(WorkingSetSource sets, RegistryEditor editor, AdminOptions options, TimeProvider time)
{
    /// <summary>Looks at the client of a task that was written.</summary>
    public async Task AfterAsync(AdminCall call, EditOutcome written)
    {
        if (written.DryRun || written.Plan.Writes is not [{ Kind: RegistryKind.TaskGrant, Id: var id }, ..])
        {
            return;
        }

        var set = await sets.GetAsync(CancellationToken.None);
        if (set.Find<TaskGrant>(RegistryKind.TaskGrant, id) is not { Client: var client })
        {
            return;
        }

        var alert = AlertKinds.IdOf(AlertKinds.TasksGrew, client);
        var earlier = set.Find(RegistryKind.Alert, alert)?.Item;
        if (TaskCount.Since(set, client, time.GetUtcNow()) is not { } told)
        {
            return;
        }

        // From the approval, or from where it was told of, whichever is later.
        var grown = told.Given - (earlier is null ? 0 : TaskNote.Find(earlier, told.Seen) ?? 0);
        if (grown < options.RosterGrowth.AlertMembers)
        {
            return;
        }

        await editor.WriteAsync(
            call,
            new Edit("alert.raise", KindWord.Of(RegistryKind.Alert, alert), now => Raise(now, alert, client, call, grown, told))
        );
    }

    private EditPlan Raise(WorkingSet set, string id, string client, AdminCall call, int grown, (long Seen, int Given) told)
    {
        var earlier = set.Find(RegistryKind.Alert, id)?.Item;
        var known = set.Find<Client>(RegistryKind.Client, client);
        var alert = new Alert
        {
            Id = id,
            Kind = AlertKinds.TasksGrew,
            Subject = KindWord.Of(RegistryKind.Client, client),
            At = time.GetUtcNow(),
            Evidence = string.Create(
                CultureInfo.InvariantCulture,
                $"{grown} tasks were given since somebody looked, closed and ended ones too, the last by {call.Person}."
            ),
            Notify = known?.Owner,
        };
        var json = TaskNote.With(AuthorNote.Given(RegistryJson.Serialize(alert), set.Revision, null), told.Seen, told.Given);
        json = AuthorNote.WithActors(json, earlier, call);
        return new EditPlan([new RegistryWrite(RegistryKind.Alert, id, json, earlier?.Version ?? 0)]);
    }
}
