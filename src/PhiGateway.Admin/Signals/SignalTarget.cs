using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Revocations;
using PhiGateway.Identity.Signals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Signals;

/// <summary>Whom a signal means here: a registered client, subjects of tokens, perhaps a person.</summary>
/// <param name="Client">The registered client; null: none.</param>
/// <param name="Subjects">Whose tokens are meant, each by the issuer's configured name.</param>
/// <param name="Person">Address of a person, who may own clients; null: none.</param>
internal sealed record SignalTarget(ClientEntry? Client, IReadOnlyList<(string Issuer, string Subject)> Subjects, string? Person)
{
    /// <summary>
    /// Finds whom it means; null: somebody of whom this transmitter may not speak. Security: whatever it names, only subjects and clients of
    /// the issuers that it was given are found.
    /// </summary>
    public static SignalTarget? Find(EventSubject subject, TransmitterOptions options, SignalRules rules, RegistrySnapshot snapshot)
    {
        if (subject.Format == "iss_sub")
        {
            var isOfPeople = options.EndsConsoleSessions && rules.People is { } people && people == subject.Issuer;
            var issuer = options.TokenIssuers.FirstOrDefault(name => rules.Issuers.GetValueOrDefault(name) == subject.Issuer);
            return (issuer, isOfPeople) switch
            {
                (null, false) => null,
                (null, true) => new SignalTarget(null, [AtConsole(subject.Value)], null),
                (_, false) => Of(snapshot.FindClient(issuer, subject.Value), [(issuer, subject.Value)], options),
                _ => Of(snapshot.FindClient(issuer, subject.Value), [(issuer, subject.Value), AtConsole(subject.Value)], options),
            };
        }

        var subjects = options.TokenIssuers.Select(issuer => (issuer, subject.Value)).ToList();
        if (subject.Format == "email")
        {
            if (options.EndsConsoleSessions)
            {
                subjects.Add((PersonSessions.Issuer, PersonSessions.KeyOf(subject.Value)));
            }

            return new SignalTarget(null, subjects, subject.Value);
        }

        var client = options
            .TokenIssuers.Select(issuer => snapshot.FindClient(issuer, subject.Value))
            .FirstOrDefault(static one => one is not null);
        if (client is null && snapshot.FindClientById(subject.Value) is { } named)
        {
            client = named.Credentials.Any(credential => IsNamed(credential, options)) ? named : null;
        }

        // No client is one of the people at the console.
        if (client is null && options.EndsConsoleSessions && rules.People is not null)
        {
            subjects.Add(AtConsole(subject.Value));
        }

        return Of(client, subjects, options);
    }

    // A person as the console's provider knows them: what is revoked under this name ends sessions there, and nothing else.
    private static (string Issuer, string Subject) AtConsole(string subject) =>
        (PersonSessions.Issuer, PersonSessions.KeyOfSubject(subject));

    // A client is meant under every name that these issuers give it.
    private static SignalTarget Of(ClientEntry? client, List<(string Issuer, string Subject)> subjects, TransmitterOptions options)
    {
        foreach (var credential in client?.Credentials ?? [])
        {
            if (IsNamed(credential, options) && credential is { Issuer: { } issuer, ClientId: { } id })
            {
                subjects.Add((issuer, id));
            }
        }

        return new SignalTarget(client, [.. subjects.Distinct()], null);
    }

    // By a provider of persons no client is named: it vouches for those who come by one.
    private static bool IsNamed(Credential credential, TransmitterOptions options) =>
        credential.Kind != CredentialKind.IdentityAssertion && credential.Issuer is { } issuer && options.TokenIssuers.Contains(issuer);
}
