namespace PhiGateway.Watch.Baselines;

/// <summary>One day of a client, as its baseline keeps it.</summary>
/// <param name="Day">Days since 0001-01-01, UTC.</param>
/// <param name="Calls">Accesses and refusals.</param>
/// <param name="Patients">Distinct patients in accesses.</param>
/// <param name="NewPatients">Of these, how many this client had not seen for months.</param>
/// <param name="Misses">Distinct things asked for that were not there or not its own.</param>
/// <param name="PeakMinuteCalls">Most calls in one minute.</param>
/// <param name="PeakHourCalls">Most calls in one hour.</param>
/// <param name="PeakHourPatients">Most distinct patients in one hour.</param>
/// <param name="PeakHourRecords">Most records in one hour.</param>
/// <param name="PeakHourMisses">Most distinct misses in one hour.</param>
/// <param name="PeakCallRecords">Most records in one answer, without those that came as files of an export.</param>
/// <param name="IsFlagged">A rule held on this day: it teaches nothing.</param>
internal readonly record struct DaySummary(
    int Day,
    int Calls,
    int Patients,
    int NewPatients,
    int Misses,
    int PeakMinuteCalls,
    int PeakHourCalls,
    int PeakHourPatients,
    int PeakHourRecords,
    int PeakHourMisses,
    int PeakCallRecords,
    bool IsFlagged
);
