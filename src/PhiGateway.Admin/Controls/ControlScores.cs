using PhiGateway.Admin.Clients;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Controls;

/// <summary>Scores clients: 100 less points, each with its reason, so that whoever reads a number can check it and knows what raises it.</summary>
internal static class ControlScores
{
    private const int Whole = 100;
    private const int MostForAlerts = 25;
    private const int ForAnAlert = 8;

    // So long a client has had what it may, before it is held against it that it did not use it.
    private const int DaysToUse = 30;

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
                    .Select(static group => Of(group.Key, [.. group]))
                    .OrderBy(static one => one.Score)
                    .ThenBy(static one => one.Organization, StringComparer.Ordinal),
            ]
        );
    }

    // Rounded down: what one of many clients lost is lost to their organization as well.
    private static OrganizationScore Of(string organization, IReadOnlyList<ClientScore> scores)
    {
        var mean = scores.Sum(static one => one.Score) / scores.Count;
        return new OrganizationScore(organization, scores.Count, mean, scores.Min(static one => one.Score), Points(scores, Whole - mean));
    }

    // What the mean lost, parted by risk as the clients lost it, so that the points are what the score lacks: whole points first, then one more
    // for the largest of the rest.
    private static IReadOnlyList<ScorePoint> Points(IReadOnlyList<ClientScore> scores, int lost)
    {
        var all = scores.Sum(static one => one.Points.Sum(static point => point.Points));
        if (all == 0)
        {
            return [];
        }

        var shares = scores
            .SelectMany(static one => one.Points)
            .GroupBy(static point => point.Risk, StringComparer.Ordinal)
            .Select(group => (Risk: group.Key, Share: lost * group.Sum(static point => (long)point.Points)))
            .OrderByDescending(share => share.Share % all)
            .ThenBy(static share => share.Risk, StringComparer.Ordinal)
            .ToList();
        var left = lost - shares.Sum(share => (int)(share.Share / all));
        return
        [
            .. shares
                .Select(
                    (share, place) =>
                        new ScorePoint((int)(share.Share / all) + (place < left ? 1 : 0), WordsOf(scores, share.Risk), share.Risk)
                )
                .Where(static point => point.Points > 0)
                .OrderByDescending(static point => point.Points)
                .ThenBy(static point => point.Risk, StringComparer.Ordinal),
        ];
    }

    private static string WordsOf(IReadOnlyList<ClientScore> scores, string risk)
    {
        var hit = scores
            .Select(one => (one.Client, Points: one.Points.Where(point => point.Risk == risk).Sum(static point => point.Points)))
            .Where(static one => one.Points > 0)
            .OrderByDescending(static one => one.Points)
            .ThenBy(static one => one.Client, StringComparer.Ordinal)
            .ToList();
        return $"{hit.Count} of its {scores.Count} clients that can call lose points by it, {hit[0].Client} most: {hit[0].Points}.";
    }

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

        if (!one.ProvesPossession && !one.ComesByKeyOnly)
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

        if (one.HasLongTokens)
        {
            yield return new ScorePoint(5, "Its tokens may live longer than an hour.", NhiRisk.LongLivedSecrets.Id);
        }

        var late = one.CountLate(today);
        if (late > 0)
        {
            yield return new ScorePoint(12, $"{late} of its credentials should have been rotated.", NhiRisk.LongLivedSecrets.Id);
        }

        if (one.Unused is > 0 && one.Granted > 0 && one.Approval?.ApprovedAt <= facts.At.AddDays(-DaysToUse))
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

        if (
            one.Organization is { Kind: not OrganizationKind.Internal } vendor
            && (vendor.LastReview is null || vendor.LastReview.NextDue < today)
        )
        {
            yield return new ScorePoint(5, "No review of the organization that runs it counts now.", NhiRisk.VulnerableThirdParty.Id);
        }

        var closed = one.ClosedDoors.Count;
        if (closed > 0)
        {
            yield return new ScorePoint(10, $"{closed} of its doors are closed, and it is still active.", NhiRisk.ImproperOffboarding.Id);
        }

        foreach (var point in OfAlerts(facts.OpenAbout[subject]))
        {
            yield return point;
        }
    }

    // Each under the risk that it is a sign of; what is none of the ten is a sign of whoever runs it.
    private static IEnumerable<ScorePoint> OfAlerts(IEnumerable<Alert> alerts)
    {
        var left = MostForAlerts;
        foreach (
            var group in alerts
                .GroupBy(RiskOf, StringComparer.Ordinal)
                .OrderByDescending(static group => group.Count())
                .ThenBy(static group => group.Key, StringComparer.Ordinal)
        )
        {
            var count = group.Count();
            var points = Math.Min(left, ForAnAlert * count);
            left -= points;
            var words = count == 1 ? "1 alert about it is not closed." : $"{count} alerts about it are not closed.";
            yield return new ScorePoint(points, words, group.Key);
        }
    }

    private static string RiskOf(Alert alert) =>
        NhiRisk.All.FirstOrDefault(risk => alert.Risk?.StartsWith(risk.Id, StringComparison.Ordinal) == true)?.Id
        ?? NhiRisk.VulnerableThirdParty.Id;
}
