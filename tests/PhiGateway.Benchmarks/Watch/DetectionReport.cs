using System.Diagnostics;
using System.Globalization;
using PhiGateway.Tests.Common.Watch;

namespace PhiGateway.Benchmarks.Watch;

/// <summary>Measures detection on labelled synthetic traffic and prints the tables of docs/detection.md.</summary>
internal static class DetectionReport
{
    /// <summary>Runs over several seeds and prints.</summary>
    public static void Run(IReadOnlyList<ulong> seeds, int clients, int days, int each, bool verbose)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        foreach (var seed in seeds)
        {
            var watch = Stopwatch.StartNew();
            var (score, records) = DetectionRun.Score(seed, clients, days, each);
            watch.Stop();
            System.Console.WriteLine(
                $"\nSeed {seed}: {clients} clients, {days} days, {records:N0} records, {records / watch.Elapsed.TotalSeconds:N0} records/s"
            );
            System.Console.WriteLine("| attack | planted | found | median time | longest | found mostly by |");
            System.Console.WriteLine("|---|---|---|---|---|---|");
            foreach (var row in score.Rows)
            {
                System.Console.WriteLine(
                    $"| {row.Kind} | {row.Planted} | {row.Found} | {Say(row.Median)} | {Say(row.Longest)} | {row.Rules} |"
                );
            }

            System.Console.WriteLine(
                $"\nFound {score.Found} of {score.Planted} ({score.Rate:P1}); {score.FalseAlarms.Count} false alarms in "
                    + $"{score.ClientMonths:0} client-months: {score.FalseAlarmsPerClientMonth:0.000} per client-month."
            );
            foreach (var attack in verbose ? score.Missed : [])
            {
                System.Console.WriteLine(
                    $"    missed: {attack.Kind} at {attack.Subject}, {attack.From:MM-dd HH:mm} to {attack.To:MM-dd HH:mm}"
                );
            }

            foreach (var rule in score.FalseAlarms.GroupBy(static alarm => alarm.Rule).OrderByDescending(static rule => rule.Count()))
            {
                System.Console.WriteLine($"- {rule.Key}: {rule.Count()}");
                foreach (var alarm in verbose ? rule.Take(6) : [])
                {
                    System.Console.WriteLine($"    {alarm.At:MM-dd HH:mm} {alarm.Subject}: {alarm.Words}");
                }
            }
        }
    }

    private static string Say(TimeSpan time) =>
        time.TotalMinutes switch
        {
            < 2 => $"{time.TotalSeconds:0} s",
            < 120 => $"{time.TotalMinutes:0} min",
            < 2880 => $"{time.TotalHours:0.0} h",
            _ => $"{time.TotalDays:0.0} d",
        };
}
