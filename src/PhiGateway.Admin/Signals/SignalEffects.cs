using System.Globalization;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Revocations;
using PhiGateway.Audit.Journal;
using PhiGateway.Identity.Signals;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Does what a signal asks for, by the commands that a person has, in the transmitter's name: ends tokens, quarantines a client, tells
/// people. It opens nothing. Called by <see cref="SignalIntake"/> once per signal.
/// </summary>
internal sealed class SignalEffects(
    RevocationCommands revocations,
    ClientVerbs clients,
    WorkingSetSource sets,
    ISnapshotSource snapshots,
    IRegistryStore store,
    IAuditJournal journal,
    SignalBrake brake,
    TimeProvider time
)
{
    private readonly AlertWriter _alerts = new(store, journal, time);

    /// <summary>What was done.</summary>
    /// <param name="Name">Event of the record.</param>
    /// <param name="Target">Whom it meant.</param>
    /// <param name="Words">In words.</param>
    /// <param name="Closes">Whether anything was closed.</param>
    internal sealed record Done(string Name, string Target, string Words, bool Closes);

    /// <summary>Does it; throws where it could not be done now.</summary>
    /// <param name="options">Whose signal it is.</param>
    /// <param name="signal">The event.</param>
    /// <param name="mark">By which it is known over all nodes.</param>
    /// <param name="step">What it asks for.</param>
    /// <param name="target">Whom it means.</param>
    /// <param name="peer">Where it came from; null: it was fetched.</param>
    public async Task<Done> ApplyAsync(
        TransmitterOptions options,
        SecurityEvent signal,
        string mark,
        SignalStep step,
        SignalTarget target,
        string? peer
    )
    {
        var named = target.Client is { } entry ? "client/" + entry.Client.Id : "subject/" + signal.Subject.Format;
        if (step == SignalStep.Record)
        {
            return new Done("signal.take", named, "it asks for nothing here", Closes: false);
        }

        // A token's moment is in whole seconds: what was issued within the same one may be from before.
        var moment = DateTimeOffset.FromUnixTimeSeconds(signal.HappenedAt.ToUnixTimeSeconds() + 1);
        var living = target.Subjects.Where(one => !IsOver(one, moment)).ToList();
        var closes = step == SignalStep.Quarantine && target.Client is { Client.Status: ClientStatus.Active };
        var isForEmergencies = closes && target.Client!.UseCase?.AllowsBreakGlass != false;
        var owned = await OwnedAsync(target.Person);
        if (living.Count == 0 && !closes && owned.Count == 0)
        {
            return new Done("signal.take", named, "it is so already", Closes: false);
        }

        // Sessions end by the hundred on any working day: they take nothing from what stops a stolen credential.
        var sort = (closes, step) switch
        {
            (true, _) => "clients",
            (_, SignalStep.Quarantine) => "credentials",
            _ => "sessions",
        };
        if (!await brake.TryTakeAsync(options.Name, sort, options.MostPerHour, mark))
        {
            await HoldAsync(options, sort);
            return new Done(
                "signal.hold",
                named,
                $"more than {options.MostPerHour} {sort} within an hour: nothing was closed",
                Closes: false
            );
        }

        var (call, reason) = (CallOf(options, peer), ReasonOf(options, signal));
        var done = new List<string>();
        if (closes && !isForEmergencies)
        {
            Expect(await clients.QuarantineAsync(call, target.Client!.Client.Id, new ReasonBody(reason)), passes: 409);
            done.Add("the client was quarantined");
        }

        foreach (var (issuer, subject) in living)
        {
            var body = new RevokeBody(RevocationTarget.Subject, subject, issuer, moment, reason);
            var own = call with { RequestId = Guid.CreateVersion7(time.GetUtcNow()) };
            Expect(await revocations.RevokeAsync(own, body, endsByItself: true));
        }

        var people = living.Count(static one => one.Issuer == PersonSessions.Issuer);
        done.Add($"tokens from before ended, of {living.Count - people} names");
        if (people > 0)
        {
            done.Add("what was open at the console ended");
        }

        if (isForEmergencies)
        {
            await TellAsync(options, signal, named, "It was not quarantined: its use case covers emergencies.", [target.Client!.Client]);
            done.Add("it covers emergencies, and was not quarantined");
        }
        else if (owned.Count > 0)
        {
            var words = "Owned or stood in for: " + string.Join(", ", owned.Select(static one => one.Id).Take(20)) + ".";
            await TellAsync(options, signal, "person/" + target.Person, words, owned);
            done.Add("those who own with them were told");
        }

        return new Done("signal.take", named, string.Join("; ", done), Closes: true);
    }

    private bool IsOver((string Issuer, string Subject) one, DateTimeOffset moment) =>
        TokenQuestions.IsRevoked(
            snapshots.Current,
            new Caller
            {
                Issuer = one.Issuer,
                IssuerEnvironment = string.Empty,
                ClientId = one.Subject,
                Scopes = ScopeSet.Empty,
                IssuedAt = moment.AddTicks(-1),
                ExpiresAt = moment,
                TokenHash = string.Empty,
            }
        );

    private async Task<List<Client>> OwnedAsync(string? person)
    {
        if (person is null)
        {
            return [];
        }

        var set = await sets.GetAsync(CancellationToken.None);
        return
        [
            .. set.All<Client>(RegistryKind.Client)
                .Where(client => client.Status is not (ClientStatus.Revoked or ClientStatus.Archived))
                .Where(client => Is(client.Owner, person) || Is(client.Deputy, person)),
        ];
    }

    private static bool Is(string? name, string person) => name is not null && PersonName.AreSame(name, person);

    private static AdminCall CallOf(TransmitterOptions options, string? peer) =>
        new(new AdminCaller(SignalTrail.ActorOf(options.Name), "signal", []), Guid.CreateVersion7(), CancellationToken.None)
        {
            Peer = peer,
        };

    private static string ReasonOf(TransmitterOptions options, SecurityEvent signal) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{SignalSteps.WordOf(signal)} by {options.Name} at {signal.HappenedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"
        );

    // What somebody else did at the same moment is done; whatever else stands in the way has to be tried again.
    private static void Expect<T>(Outcome<T> outcome, int passes = 0)
        where T : class
    {
        if (outcome.Failed(out var problem, out _) && problem.Status != passes)
        {
            throw new InvalidOperationException(problem.Code);
        }
    }

    private async Task HoldAsync(TransmitterOptions options, string sort)
    {
        var now = time.GetUtcNow();
        var hour = now.UtcDateTime.ToString("yyyy-MM-dd HH", CultureInfo.InvariantCulture);
        await _alerts.RaiseAsync(
            new Alert
            {
                Id = AlertKinds.IdOf(AlertKinds.SignalsHeld, $"{options.Name}\n{sort}\n{hour}"),
                Kind = AlertKinds.SignalsHeld,
                Subject = SignalTrail.ActorOf(options.Name),
                At = now,
                Severity = AlertSeverity.Urgent,
                Lane = AlertLane.Act,
                Evidence =
                    $"More than {options.MostPerHour} signals that close {sort} came from it within the hour from {hour}:00 UTC. "
                    + "Those beyond are held: on record as signal.hold, and nothing was closed for them.",
            },
            snapshots.Current.Revision
        );
    }

    private Task TellAsync(TransmitterOptions options, SecurityEvent signal, string subject, string words, IReadOnlyList<Client> about)
    {
        var day = signal.HappenedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return _alerts.RaiseAsync(
            new Alert
            {
                Id = AlertKinds.IdOf(AlertKinds.SharedSignal, $"{options.Name}\n{subject}\n{signal.Type}\n{day}"),
                Kind = AlertKinds.SharedSignal,
                Subject = subject,
                At = time.GetUtcNow(),
                Severity = AlertSeverity.Warning,
                Lane = AlertLane.Act,
                Evidence = $"{ReasonOf(options, signal)}. {words}",
                Notify = AlertWriter.NotifyOf(about.SelectMany(static one => new[] { one.Owner, one.Deputy }).Take(20)),
            },
            snapshots.Current.Revision
        );
    }
}
