using PhiGateway.Admin.Clients;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Controls;

/// <summary>Scores clients: 100 less points, each with its reason, so that whoever reads a number can check it and knows what raises it.</summary>
internal static class ControlScores
{
    private const int Whole = 100;
    private const int LongToken = 3600;
    private const int MostWords = 5;

    /// <summary>Every client that can call, the worst first.</summary>
    public static ScoreReport Of(ControlFacts facts)
    {
        var scores = facts
            .Clients.Select(client => Of(facts, client))
            .OrderBy(static one => one.Score)
            .ThenBy(static one => one.Client, StringComparer.Ordinal)
            .ToList();
        return new ScoreReport(
            scores,
            [
                .. scores
                    .GroupBy(static one => one.Organization ?? string.Empty, StringComparer.Ordinal)
                    .Select(static group => new OrganizationScore(
                        group.Key,
                        group.Count(),
                        (int)Math.Round(group.Average(static one => one.Score)),
                        group.Min(static one => one.Score),
                        PointsOf([.. group])
                    ))
                    .OrderBy(static one => one.Score),
            ]
        );
    }

    private static IReadOnlyList<OrganizationPoint> PointsOf(IReadOnlyList<ClientScore> clients) =>
        [
            .. clients
                .SelectMany(static client => client.Points.Select(point => (client.Client, Point: point)))
                .GroupBy(static one => one.Point.Risk, StringComparer.Ordinal)
                .Select(static risk => new OrganizationPoint(
                    risk.Sum(static one => one.Point.Points),
                    risk.Select(static one => one.Client).Distinct(StringComparer.Ordinal).Count(),
                    risk.Key,
                    [.. risk.Select(static one => one.Point.Words).Distinct(StringComparer.Ordinal).Take(MostWords)]
                ))
                .OrderByDescending(static point => point.Points)
                .ThenBy(static point => point.Risk, StringComparer.Ordinal),
        ];

    /// <summary>One client.</summary>
    public static ClientScore Of(ControlFacts facts, ClientFacts client)
    {
        var points = Points(facts, client).Where(static point => point.Points > 0).OrderByDescending(static point => point.Points).ToList();
        return new ClientScore(
            client.Client.Id,
            client.Organization?.Id,
            Math.Max(0, Whole - points.Sum(static point => point.Points)),
            points
        );
    }

    private static IEnumerable<ScorePoint> Points(ControlFacts facts, ClientFacts one)
    {
        var today = DateOnly.FromDateTime(facts.At.UtcDateTime);
        var subject = KindWord.Of(RegistryKind.Client, one.Client.Id);
        if (string.IsNullOrWhiteSpace(one.Client.Owner) || one.Client.OwnerConfirmed is null)
        {
            yield return new ScorePoint(20, "No owner has said that it is still theirs.", NhiRisk.ImproperOffboarding.Id);
        }
        else if (one.Client.OwnerConfirmed < today.AddDays(-180))
        {
            yield return new ScorePoint(
                8,
                $"Its owner last confirmed it on {one.Client.OwnerConfirmed:yyyy-MM-dd}.",
                NhiRisk.ImproperOffboarding.Id
            );
        }

        if (string.IsNullOrWhiteSpace(one.Client.Deputy))
        {
            yield return new ScorePoint(3, "Nobody stands in for its owner.", NhiRisk.ImproperOffboarding.Id);
        }

        if (one.Client.Requires.Count == 0)
        {
            yield return new ScorePoint(15, "A bearer token is enough: whoever has it is the client.", NhiRisk.InsecureAuthentication.Id);
        }

        var secrets = SharedSecret.Of(one.Credentials, facts.At);
        if (secrets.Any(static secret => secret.Kind is "api-key" or "basic"))
        {
            yield return new ScorePoint(15, "It comes with an API key: whoever reads it is the client.", NhiRisk.InsecureAuthentication.Id);
        }
        else if (secrets.Count > 0)
        {
            yield return new ScorePoint(5, "It gets its tokens by a secret, not by a key pair.", NhiRisk.InsecureAuthentication.Id);
        }

        if (one.Client.Networks.Count == 0)
        {
            yield return new ScorePoint(5, "It may call from any network.", NhiRisk.SecretLeakage.Id);
        }

        if (one.Client.MaxTokenLifetimeSeconds is null or > LongToken)
        {
            yield return new ScorePoint(5, "Its tokens may live longer than an hour.", NhiRisk.LongLivedSecrets.Id);
        }

        var late = one.Credentials.Where(credential => credential.RotateBy < today).ToList();
        if (late.Count > 0)
        {
            yield return new ScorePoint(12, $"{late.Count} of its credentials should have been rotated.", NhiRisk.LongLivedSecrets.Id);
        }

        if (one.Unused is > 0 && one.Granted > 0)
        {
            var lost = Math.Clamp(20 * one.Unused.Value / one.Granted, 2, 20);
            yield return new ScorePoint(
                lost,
                $"{one.Unused} of {one.Granted} things that it may were not used within {facts.Days} days.",
                NhiRisk.Overprivileged.Id
            );
        }

        var wide = one.UseCase?.Grants.Count(static grant => grant.Patients is { Any: true }) ?? 0;
        if (wide > 0 && one.Organization?.Kind != OrganizationKind.Internal)
        {
            yield return new ScorePoint(10, "Somebody outside the hospital may read any patient.", NhiRisk.Overprivileged.Id);
        }

        var closed = one.Doors.Count(static door => !door.Open && door.Guards);
        if (closed > 0)
        {
            yield return new ScorePoint(10, $"{closed} of its doors are closed, and it is still active.", NhiRisk.ImproperOffboarding.Id);
        }

        var open = facts.OpenAbout.GetValueOrDefault(subject);
        if (open > 0)
        {
            yield return new ScorePoint(Math.Min(25, 8 * open), $"{open} alerts about it are not closed.", NhiRisk.VulnerableThirdParty.Id);
        }
    }
}
