namespace PhiGateway.Tests.Common.Watch;

/// <summary>Plants labelled attacks: of each kind so many, each at a client of its own, weak ones among them.</summary>
internal sealed class Attacks
{
    // Attackers begin when every client is known.
    private const int FirstDay = 45;
    private const int LastDays = 12;

    private readonly Dictionary<int, List<Action<EventSink, DateTimeOffset>>> _byDay = [];
    private readonly List<Plan> _plans = [];
    private readonly Chance _chance;
    private readonly int _days;

    /// <summary>Plans them.</summary>
    /// <param name="clients">Whom they befall.</param>
    /// <param name="days">How long the traffic is.</param>
    /// <param name="each">How many of each kind.</param>
    /// <param name="seed">Chance.</param>
    public Attacks(IReadOnlyList<SyntheticClient> clients, int days, int each, ulong seed)
    {
        (_chance, _days) = (new Chance(seed), days);
        var free = clients.Where(static client => client.Rhythm != Rhythm.Quarterly).OrderBy(_ => _chance.Next()).ToList();
        foreach (var kind in Enum.GetValues<AttackKind>())
        {
            for (var left = each; left > 0; left--)
            {
                var at = free.FindIndex(client => Fits(kind, client));
                if (at >= 0)
                {
                    Place(kind, free[at]);
                    free.RemoveAt(at);
                }
            }
        }
    }

    /// <summary>What was planted, once the traffic has run.</summary>
    public IEnumerable<Attack> Planted =>
        _plans
            .Where(static plan => plan.From is not null)
            .Select(static plan => new Attack(plan.Kind, plan.Subject, plan.From!.Value, plan.To));

    public void Write(EventSink sink, int day, DateTimeOffset date)
    {
        foreach (var act in _byDay.GetValueOrDefault(day, []))
        {
            act(sink, date);
        }
    }

    private static bool Fits(AttackKind kind, SyntheticClient client) =>
        kind switch
        {
            AttackKind.OutsideCharter => client.Rhythm == Rhythm.Agent,
            AttackKind.OffDay => client.Rhythm == Rhythm.Weekly || client.ClosedOn is not null,
            AttackKind.TaughtHours => client.Rhythm is Rhythm.Office or Rhythm.MonthEnd,
            AttackKind.NewForm => client.SearchesByPost && client.Rhythm is not (Rhythm.App or Rhythm.Agent or Rhythm.Weekly),
            AttackKind.OffHours => client.Rhythm is Rhythm.Office or Rhythm.MonthEnd or Rhythm.Agent,
            AttackKind.HumanUse => client.Rhythm is not (Rhythm.App or Rhythm.Agent),
            AttackKind.StolenToken => client is { IsRotating: false, Rhythm: not (Rhythm.App or Rhythm.Agent) },
            AttackKind.NewProgram => client.Rhythm is not (Rhythm.App or Rhythm.Agent or Rhythm.Weekly),
            AttackKind.StaleToken => client.Rhythm is Rhythm.Office or Rhythm.Around or Rhythm.MonthEnd or Rhythm.App,
            AttackKind.SlowRamp => client.Rhythm is Rhythm.Office or Rhythm.Around or Rhythm.Agent or Rhythm.App,
            AttackKind.NewShape => client.Rhythm is not (Rhythm.App or Rhythm.Agent or Rhythm.Weekly),
            AttackKind.RotatingNetworks or AttackKind.DecoyNetworks => client is { IsRotating: false, Rhythm: not Rhythm.App },
            AttackKind.DormantWaking => client.Rhythm is Rhythm.Office or Rhythm.Agent,
            _ => true,
        };

    private void Place(AttackKind kind, SyntheticClient client)
    {
        var person = $"person/manager-{client.Number}";
        var plan = new Plan(kind, kind == AttackKind.RosterGrowth ? person : "client/" + client.Id);
        _plans.Add(plan);
        var day = _chance.Between(FirstDay, _days - LastDays);
        var moves = new AttackMoves(client, _chance);
        switch (kind)
        {
            case AttackKind.DormantWaking:
                Dormant(plan, client, moves, day);
                break;
            case AttackKind.SlowDrip:
                Each(plan, day, Math.Min(_chance.Between(10, 20), _days - day), moves.Drip(_chance.Between(1.0, 2.0)));
                break;
            case AttackKind.Together:
                Each(plan, FirstDay + 5, 6, moves.Drip(_chance.Between(2.0, 4.0)));
                break;
            case AttackKind.SlowRamp:
                Each(plan, Math.Min(day, _days - 42), 40, moves.Ramp(_chance.Between(0.045, 0.08)));
                break;
            case AttackKind.BurstBefore:
                On(plan, day, (sink, date) => moves.Spike(sink, date, 2.5));
                On(plan, day + 3, (sink, date) => moves.Spike(sink, date, _chance.Between(6.0, 12.0)));
                break;
            case AttackKind.TaughtHours:
                Each(plan, Math.Min(day, _days - 26), 23, moves.Nights(_chance.Between(0.0, 3.0)));
                break;
            case AttackKind.FuzzingBefore:
                On(plan, day, (sink, date) => moves.Fuzz(sink, date, _chance.Between(8, 14)));
                On(plan, day + 3, (sink, date) => moves.Fuzz(sink, date, _chance.Between(60, 200)));
                break;
            case AttackKind.OffDay:
                var off = moves.OffDay();
                Each(plan, day, 7, (sink, date, _) => off(sink, date));
                break;
            case AttackKind.DecoyNetworks or AttackKind.DecoyOperations:
                var poison = new PoisonMoves(client, _chance);
                Each(plan, day, 4, (sink, date, step) => poison.Step(kind, sink, date, step));
                break;
            case AttackKind.RotatingNetworks:
                var proxies = new PoisonMoves(client, _chance);
                Each(plan, day, _chance.Between(1, 4), (sink, date, _) => proxies.Rotate(sink, date));
                break;
            case AttackKind.OffHours or AttackKind.HumanUse or AttackKind.NewProgram:
                Each(plan, day, _chance.Between(1, 3), (sink, date, _) => moves.Once(kind, sink, date));
                break;
            default:
                On(plan, day, (sink, date) => moves.Once(kind, sink, date));
                break;
        }
    }

    private void Dormant(Plan plan, SyntheticClient client, AttackMoves moves, int day)
    {
        var from = Math.Max(5, day - _chance.Between(35, 60));
        client.IsSilent = one => one >= from;
        On(plan, Math.Max(day, from + 36), moves.Wake);
    }

    private void Each(Plan plan, int day, int length, Action<EventSink, DateTimeOffset, int> act)
    {
        for (var i = 0; i < length; i++)
        {
            var step = i;
            On(plan, day + i, (sink, date) => act(sink, date, step));
        }
    }

    private void On(Plan plan, int day, Action<EventSink, DateTimeOffset> act)
    {
        if (!_byDay.TryGetValue(day, out var acts))
        {
            _byDay[day] = acts = [];
        }

        acts.Add(
            (sink, date) =>
            {
                var before = sink.Events.Count;
                act(sink, date);
                foreach (var seen in sink.Events.Skip(before))
                {
                    plan.Note(seen.Time);
                }
            }
        );
    }

    private sealed class Plan(AttackKind kind, string subject)
    {
        public AttackKind Kind { get; } = kind;

        public string Subject { get; } = subject;

        public DateTimeOffset? From { get; private set; }

        public DateTimeOffset To { get; private set; }

        public void Note(DateTimeOffset at)
        {
            From = From is null || at < From ? at : From;
            To = at > To ? at : To;
        }
    }
}
