using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.SignIn;

/// <summary>Begins and ends sessions, each on record before it counts; a browser that signs in anew leaves its old session.</summary>
internal sealed class SignInBook(SessionFleet sessions, IAuditJournal journal, TimeProvider time)
{
    /// <summary>
    /// Begins a session under a new token: whatever cookie the browser had before is worth nothing. What the same person had open at this
    /// browser goes along.
    /// </summary>
    /// <exception cref="JournalUnavailableException">Nobody was signed in.</exception>
    public async Task BeginAsync(HttpContext context, SignedInPerson person)
    {
        await RecordAsync(context, person.Caller, "console.sign-in");
        var former = person.Former is { } key ? await sessions.EndKeptAsync(key) : null;
        former = await EndCurrentAsync(context) ?? former;
        var session = new ConsoleSession(person.Caller, person.Name, person.Task, time.GetUtcNow(), person.Provider)
        {
            Proof = person.Proof,
        };
        if (person.IsLed)
        {
            session.Land();
        }

        if (former?.Caller.Person == person.Caller.Person)
        {
            session.TakeOver(former);
        }

        ConsoleCookies.Write(context, ConsoleCookies.Session, await sessions.BeginAsync(session));
        ConsoleCookies.Remove(context, ConsoleCookies.Visitor);
    }

    /// <summary>Ends the session of this browser.</summary>
    public async Task EndAsync(HttpContext context, AdminCaller caller)
    {
        _ = await EndCurrentAsync(context);
        ConsoleCookies.Remove(context, ConsoleCookies.Session);
        await RecordAsync(context, caller, "console.sign-out");
    }

    private async Task<ConsoleSession?> EndCurrentAsync(HttpContext context) =>
        ConsoleCookies.Read(context, ConsoleCookies.Session) is { } cookie ? await sessions.EndAsync(cookie) : null;

    private async Task RecordAsync(HttpContext context, AdminCaller caller, string @event) =>
        await journal.AppendAsync(
            new AuditRecord
            {
                Id = RequestId.GuidOf(context),
                Kind = AuditKind.Auth,
                Event = @event,
                Time = time.GetUtcNow(),
                Decision = "permit",
                Actor = caller.Person,
                Subject = caller.Method,
                Method = context.Request.Method,
                Peer = context.Connection.RemoteIpAddress?.ToString(),
                Note = "roles=" + string.Join(',', caller.Roles),
            }
        );
}
