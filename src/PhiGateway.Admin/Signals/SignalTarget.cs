using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Revocations;
using PhiGateway.Identity.Signals;
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
            return options.TokenIssuers.FirstOrDefault(name => rules.Issuers.GetValueOrDefault(name) == subject.Issuer) is { } issuer
                ? Of(snapshot.FindClient(issuer, subject.Value), [(issuer, subject.Value)], options)
                : null;
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
            client = named.Credentials.Any(credential => options.TokenIssuers.Contains(credential.Issuer ?? string.Empty)) ? named : null;
        }

        return Of(client, subjects, options);
    }

    // A client is meant under every name that these issuers give it.
    private static SignalTarget Of(ClientEntry? client, List<(string Issuer, string Subject)> subjects, TransmitterOptions options)
    {
        foreach (var credential in client?.Credentials ?? [])
        {
            if (credential is { Issuer: { } issuer, ClientId: { } id } && options.TokenIssuers.Contains(issuer))
            {
                subjects.Add((issuer, id));
            }
        }

        return new SignalTarget(client, [.. subjects.Distinct()], null);
    }
}
