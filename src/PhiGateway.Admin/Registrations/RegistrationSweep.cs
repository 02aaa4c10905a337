using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Registrations;

/// <summary>
/// Declines every undecided request that is meant, by network, signer, form or age: whoever has ten networks can fill the queue, and people
/// cannot decline one by one as fast. Called by endpoint and console.
/// </summary>
/// <remarks>Each request that is declined is on record by itself, under the record of the call, before anything is written.</remarks>
internal sealed class RegistrationSweep(IRegistrationRequests requests, AdminJournal records, TimeProvider time)
{
    /// <summary>How many one call declines at most: each is a record.</summary>
    public const int Most = 1000;

    private const string What = "registration.decline-many";
    private const string One = "registration.decline";
    private const string Target = "registrations";
    private const int MostNamed = 10;

    /// <summary>Declines them.</summary>
    public async Task<Outcome<DeclinedRegistrations>> DeclineAsync(AdminCall call, DeclineManyBody body)
    {
        var query = new RegistrationQuery(null, body.Network, body.SignedBy, body.Form, body.ReceivedBefore);
        if (
            ReasonBody.Require(body.Reason) is { } problem
            || query.Read(static (name, detail) => AdminProblem.Invalid("/" + name, "invalid", detail)).Failed(out problem, out var filter)
        )
        {
            return problem;
        }

        if (!filter.IsNarrow)
        {
            return AdminProblem.Invalid(
                string.Empty,
                "required",
                "Say whose: a network, who signed, a form, or the moment before which they came."
            );
        }

        if (body.AtMost < 0)
        {
            return AdminProblem.Invalid("/at_most", "invalid", "A number from 0 on is expected.");
        }

        var meant = await requests.ListAsync(filter with { State = RegistrationState.Pending }, 0, Most, call.Cancelled);
        if (meant.Total > body.AtMost)
        {
            return AdminProblem.Conflict(
                "more-than-seen",
                $"{Number(meant.Total)} are meant now, and {Number(body.AtMost.Value)} were seen. None was declined: look again."
            );
        }

        string[] ids = [.. meant.Items.Select(static one => one.Id)];
        if (call.IsDryRun || ids.Length == 0)
        {
            return new DeclinedRegistrations(ids.Length, meant.Total - ids.Length, ids, call.IsDryRun);
        }

        await records.IntentAsync(call, What, Target, WordsOf(body, ids.Length), [.. ids.Select(static id => (One, "registration/" + id))]);
        var declined = await requests.DeclineAsync(ids, call.Person, time.GetUtcNow(), body.Reason!, CancellationToken.None);
        string[] others = [.. ids.Except(declined, StringComparer.Ordinal)];
        return await records.OutcomeAsync(call, What, Target, 200, DoneOf(declined.Count, others)) is { } unrecorded
            ? unrecorded
            : new DeclinedRegistrations(declined.Count, meant.Total - ids.Length, declined, false);
    }

    private static string WordsOf(DeclineManyBody body, int count)
    {
        var words = new List<string> { Number(count) };
        if (body.Network is { } network)
        {
            words.Add("network " + network);
        }

        if (body.SignedBy is { } signer)
        {
            words.Add("signed by " + signer);
        }

        if (body.Form is { } form)
        {
            words.Add("form " + form);
        }

        if (body.ReceivedBefore is { } before)
        {
            words.Add("received before " + before.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        return $"{string.Join(", ", words)}: {body.Reason}";
    }

    private static string DoneOf(int declined, string[] others)
    {
        var done = $"declined {Number(declined)}";
        return others.Length == 0
            ? done
            : $"{done}; somebody else decided about {Number(others.Length)}, such as {string.Join(", ", others.Take(MostNamed))}";
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
