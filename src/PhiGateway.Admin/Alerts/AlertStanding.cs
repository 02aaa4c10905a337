using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Watch.Detection;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Says whose own an alert is: who answers for the client of an emergency use, or for one of which something was found, and who did what it
/// tells of. They do not end it. Asked by every verb of alerts and by cases.
/// </summary>
/// <remarks>
/// Security: an emergency use they do not handle at all. What else is found they may take, once it is open, since they are whom it is told;
/// they do not keep it from being open again when its time is over, and that nobody looks at it any more somebody else says. What reminds
/// them of their own work (a door that closes, a client that does not call) they end themselves.
/// </remarks>
internal static class AlertStanding
{
    private const string OfClient = "client/";
    private const string OfPerson = "person/";
    private const string Title = "A second person must decide";

    /// <summary>The refusal of whoever does not do this to an alert that is their own; null: they may.</summary>
    /// <param name="call">Who calls.</param>
    /// <param name="alert">The alert.</param>
    /// <param name="item">As it is stored.</param>
    /// <param name="set">The registry.</param>
    /// <param name="act">What is done.</param>
    public static AdminProblem? Check(AdminCall call, Alert alert, RegistryItem item, WorkingSet set, AlertStep act)
    {
        if (alert.Kind == AlertKinds.Emergency)
        {
            var client = alert.Subject[(alert.Subject.IndexOf('/', StringComparison.Ordinal) + 1)..];
            string[] behind = [.. Answering(set, client, alert), .. AuthorNote.Behind(item)];
            return call.MayBeAny(behind) ? Refuse("You stand behind this client; somebody else must decide.") : null;
        }

        if (act == AlertStep.Gather || (act == AlertStep.Handle && alert.State == AlertState.Open))
        {
            return null;
        }

        if (alert.Kind is AlertKinds.RosterGrew or AlertKinds.TasksGrew)
        {
            return call.MayBeAny(AuthorNote.Behind(item)) ? Refuse("It tells of what you did; somebody else must look at it.") : null;
        }

        return IsFound(alert.Kind) && call.MayBeAny(Own(set, alert))
            ? Refuse("It is about your own; somebody else must look at it.")
            : null;
    }

    private static bool IsFound(string kind) => kind == AlertKinds.SharedSignal || TrailWatch.FindingNames.Contains(kind);

    private static IEnumerable<string> Own(WorkingSet set, Alert alert) =>
        alert.Subject switch
        {
            var subject when subject.StartsWith(OfClient, StringComparison.Ordinal) => Answering(set, subject[OfClient.Length..], alert),
            var subject when subject.StartsWith(OfPerson, StringComparison.Ordinal) => [subject[OfPerson.Length..]],
            _ => [],
        };

    // Whom it was told as well: who deletes the client, or makes it anew, is no stranger to what was found.
    private static string[] Answering(WorkingSet set, string client, Alert alert) =>
        [.. ClientStanding.Since(set, client, alert.At), .. alert.Notify?.Split(", ") ?? []];

    private static AdminProblem Refuse(string detail) => new(403, "four-eyes", Title, detail);
}

/// <summary>What is done to an alert, by how far it keeps others from looking.</summary>
internal enum AlertStep
{
    /// <summary>It is put into a case.</summary>
    Gather,

    /// <summary>Somebody deals with it, for a time.</summary>
    Handle,

    /// <summary>It is over, or waits.</summary>
    End,
}
