using PhiGateway.Benchmarks.Fleet;
using PhiGateway.Benchmarks.Peers;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;

namespace PhiGateway.Benchmarks.Screens;

/// <summary>Fills a registry as a large hospital group has it: clients with all that stands behind them, alerts, vendors, a review under way.</summary>
internal static class ConsoleRegistry
{
    public const string Review = "quarter";
    private const string Actor = "fleet";
    private const int Alerts = 5000;
    private const int Vendors = 40;
    private const int Cases = 300;
    private const int Batch = 1000;

    /// <summary>Writes it; dates run from a moment.</summary>
    public static async Task FillAsync(RegistryStorage storage, int clients, DateTimeOffset now)
    {
        await FleetRegistry.FillAsync(storage, clients, members: 0, DateOnly.FromDateTime(now.UtcDateTime));
        await WriteAsync(storage, Enumerable.Range(0, Vendors).Select(VendorOf));
        await WriteAsync(storage, Enumerable.Range(0, Alerts).Select(number => AlertOf(number, clients, now)));
        await WriteAsync(storage, Enumerable.Range(0, Cases).Select(number => CaseOf(number, clients, now)));
        await WriteAsync(storage, [CampaignOf(now)]);
        await WriteAsync(storage, Enumerable.Range(0, clients / 10).Select(number => ItemOf(number, now)));
    }

    private static async Task WriteAsync(RegistryStorage storage, IEnumerable<IRegistryEntity> entities)
    {
        foreach (var page in entities.Chunk(Batch))
        {
            await GatewaySetup.WriteAsync(storage, page, Actor);
        }
    }

    // As the sample's records name them.
    private static Organization VendorOf(int number) =>
        new()
        {
            Id = $"organization-{number:00}",
            Kind = OrganizationKind.Vendor,
            Name = $"Vendor {number:00}",
        };

    private static Alert AlertOf(int number, int clients, DateTimeOffset now) =>
        new()
        {
            Id = $"odd-{number:00000}",
            Kind = "unusual-volume",
            Subject = $"client/{FleetRegistry.ClientOf(number * 7 % clients)}",
            At = now.AddMinutes(-number),
            Evidence = "It asked for 12 times as much as in the same hour of the days before.",
            State = number % 5 == 0 ? AlertState.Open : AlertState.Closed,
            Lane = (AlertLane)(number % 3),
        };

    private static AlertCase CaseOf(int number, int clients, DateTimeOffset now) =>
        new()
        {
            Id = $"case-{number:000}",
            Title = $"Case {number}",
            Subject = $"client/{FleetRegistry.ClientOf(number * 7 % clients)}",
            Alerts = [$"odd-{number:00000}"],
            OpenedBy = "fleet@hospital.example",
            OpenedAt = now.AddMinutes(-number),
        };

    private static Campaign CampaignOf(DateTimeOffset now) =>
        new()
        {
            Id = Review,
            Title = "Every client of this quarter",
            Reviewers = ["all@hospital.example"],
            Due = DateOnly.FromDateTime(now.UtcDateTime).AddDays(30),
            StartedBy = "fleet@hospital.example",
            StartedAt = now.AddDays(-3),
        };

    private static CampaignItem ItemOf(int number, DateTimeOffset now) =>
        new()
        {
            Id = $"{Review}.{FleetRegistry.ClientOf(number)}",
            Campaign = Review,
            Client = FleetRegistry.ClientOf(number),
            Because = "It uses everything that it may.",
            Evidence = new CampaignEvidence
            {
                UseCase = $"use-{number}",
                Organization = $"org-{number}",
                Owner = "owner@fleet.example",
                LastUsed = now.AddHours(-number),
                Permitted = 1000 + number,
                Granted = ["Observation read", "Observation search"],
                Unused = number % 3 == 0 ? ["Observation search"] : [],
            },
            Recommendation = number % 3 == 0 ? ReviewDecision.Narrow : ReviewDecision.Keep,
        };
}
