using System.Net;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Registered;

namespace PhiGateway.Tests.Common.Watch;

/// <summary>One made-up client: its rhythm, its patients, where it calls from; changes as its days go by.</summary>
internal sealed class SyntheticClient
{
    private static readonly string[] Types = ["Patient", "Observation", "Condition", "Encounter", "MedicationRequest", "DiagnosticReport"];

    public SyntheticClient(int number, Chance chance)
    {
        Number = number;
        Id = $"client-{number:000}";
        Chance = chance;
        Rhythm = chance.Share() switch
        {
            < 0.40 => Rhythm.Office,
            < 0.55 => Rhythm.Nightly,
            < 0.67 => Rhythm.MonthEnd,
            < 0.75 => Rhythm.Weekly,
            < 0.85 => Rhythm.Around,
            < 0.92 => Rhythm.App,
            < 0.985 => Rhythm.Agent,
            _ => Rhythm.Quarterly,
        };
        Calls = chance.Between(40.0, 260.0);
        Turnover = chance.Happens(0.15) ? chance.Between(10.0, 35.0) : chance.Between(0.2, 5.0);
        OpensAt = chance.Between(6, 9);
        ClosesAt = chance.Between(16, 19);
        NightAt = chance.Between(0, 4);
        Roster = [.. Enumerable.Range(0, chance.Between(120, 900)).Select(_ => NewPatient())];
        Operations = [.. Types.Take(chance.Between(2, 5)).SelectMany(type => Uses(type, chance))];
        Networks = [.. Enumerable.Range(0, chance.Between(1, 3)).Select(index => $"10.{number % 250}.{index + 1}.{chance.Between(1, 9)}")];
        Registered = new RegisteredClient
        {
            Id = Id,
            Kind = Rhythm switch
            {
                Rhythm.App => ClientKind.InteractiveApp,
                Rhythm.Agent => ClientKind.AiAgent,
                _ => ClientKind.Service,
            },
            Networks = chance.Happens(0.4) ? [.. Networks.Select(NetworkName.Of).Select(static name => IPNetwork.Parse(name))] : [],
        };
        Subject = $"service-{number:000}";
        Program = ProgramName.HashOf($"connector-{number:000}/4");
        Chain = Rhythm == Rhythm.Agent ? ActorChain.Of(["agents-of-the-house"]) : ActorChain.Alone;

        // People put searches together as they need them, programs ask the same.
        Shapes = Rhythm is Rhythm.App or Rhythm.Agent ? 60 : 1 + (number % 3);

        // By numbers and not by chance, which stays what it was before there were these.
        ClosedOn = Rhythm == Rhythm.Office && number % 6 == 0 ? DayOfWeek.Wednesday : null;
        SearchesByPost = number % 4 == 1;
    }

    public int Number { get; }

    public string Id { get; }

    public Chance Chance { get; }

    public Rhythm Rhythm { get; }

    /// <summary>On an ordinary day.</summary>
    public double Calls { get; }

    /// <summary>How many patients join its roster a day.</summary>
    public double Turnover { get; }

    public int OpensAt { get; }

    public int ClosesAt { get; }

    public int NightAt { get; }

    public List<long> Roster { get; }

    public List<string> Operations { get; }

    public List<string> Networks { get; }

    public RegisteredClient Registered { get; set; }

    public string Subject { get; set; }

    /// <summary>The program that calls, hashed.</summary>
    public string Program { get; set; }

    /// <summary>For how many hours it uses a token.</summary>
    public int TokenHours { get; set; } = 1;

    /// <summary>Whether its cloud gives it another network with each call.</summary>
    public bool IsRotating { get; set; }

    /// <summary>Through whom its tokens come.</summary>
    public string Chain { get; set; }

    /// <summary>In how many ways it searches for each type.</summary>
    public int Shapes { get; set; }

    /// <summary>A working day on which its house is closed, week by week.</summary>
    public DayOfWeek? ClosedOn { get; }

    /// <summary>Whether its searches have their parameters in a body.</summary>
    public bool SearchesByPost { get; }

    /// <summary>A run of one night a week: by how many days it comes later this week.</summary>
    public int RunPutOff { get; set; }

    /// <summary>Days on which it is silent.</summary>
    public Func<int, bool> IsSilent { get; set; } = static _ => false;

    public long NewPatient() => Chance.Between(1, 5_000_000);

    /// <summary>An operation that it may use and never did.</summary>
    public string UnusedOperation() =>
        Chance.Of(["search-type Immunization", "read AllergyIntolerance", "export Patient", "update Observation"]);

    private static IEnumerable<string> Uses(string type, Chance chance)
    {
        yield return $"search-type {type}";
        if (chance.Happens(0.6))
        {
            yield return $"read {type}";
        }
    }
}
