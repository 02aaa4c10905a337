using PhiGateway.Admin.Calls;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Access;
using PhiGateway.Console.Pages.Alerts;
using PhiGateway.Console.Pages.Approvals;
using PhiGateway.Console.Pages.Asked;
using PhiGateway.Console.Pages.Callers;
using PhiGateway.Console.Pages.Cases;
using PhiGateway.Console.Pages.Clients;
using PhiGateway.Console.Pages.Design;
using PhiGateway.Console.Pages.Find;
using PhiGateway.Console.Pages.History;
using PhiGateway.Console.Pages.Lab;
using PhiGateway.Console.Pages.Now;
using PhiGateway.Console.Pages.Offboardings;
using PhiGateway.Console.Pages.Patients;
using PhiGateway.Console.Pages.Reference;
using PhiGateway.Console.Pages.Reviews;
using PhiGateway.Console.Pages.Revocations;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Pages.Settings;
using PhiGateway.Console.Pages.Strangers;
using PhiGateway.Console.Pages.Trust;
using PhiGateway.Console.Pages.UseCases;
using PhiGateway.Console.Pages.Vendors;
using PhiGateway.Console.Pages.Work;

namespace PhiGateway.Console.Composition;

/// <summary>The map of the console: every page and every step, with the roles that the admin API asks for the same.</summary>
internal static class ConsoleScreens
{
    private const string Accounting = "/console/patient/{key}/accounting";
    private const string OneUse = UseCasesScreen.Path + "/{id}";

    private static readonly string[] Auditors = [AdminRoles.Auditor];
    private static readonly string[] Officers = [AdminRoles.PrivacyOfficer];
    private static readonly string[] Approvers = [AdminRoles.Approver];

    /// <summary>Maps them all.</summary>
    public static void Map(ConsoleRoutes routes) =>
        routes
            .Get<NowScreen>("/console/now", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .Get<HeldScreen>("/console/held", AdminRoles.All, static (screen, request) => Task.FromResult(screen.Show(request)))
            .Get<SearchScreen>("/console/audit", Auditors, static (screen, request) => screen.ShowAsync(request))
            .GraveGet<SearchScreen>("/console/audit/export", Auditors, static (screen, request) => screen.ExportAsync(request))
            .Get<TailScreen>("/console/audit/tail", Auditors, static (screen, request) => screen.ShowAsync(request))
            .Watch<TailScreen>("/console/audit/tail/lines", Auditors, static (screen, request) => screen.LinesAsync(request))
            .Post<SearchScreen>("/console/audit/saved", Auditors, static (screen, request) => screen.KeepAsync(request))
            .Post<SavedSearches>("/console/audit/saved/{id}/give-up", Auditors, static (screen, request) => screen.GiveUpAsync(request))
            .Get<AccessScreen>("/console/access/{id}", ConsoleSections.Openers, static (screen, request) => screen.ShowAsync(request))
            .FileGet<AccessScreen>("/console/access/{id}/proof", Auditors, static (screen, request) => screen.ProofAsync(request))
            .GraveGet<AccessScreen>("/console/access/{id}/evidence", Auditors, static (screen, request) => screen.EvidenceAsync(request))
            .Get<FindScreen>("/console/find", AdminRoles.All, static (_, request) => Task.FromResult(FindScreen.Ask(request)))
            .Post<FindScreen>("/console/find", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .Post<AskedScreen>(AskedScreen.Path, AdminRoles.All, static (screen, request) => screen.LeadAsync(request))
            .Get<ClientsScreen>("/console/clients", AdminRoles.All, static (screen, request) => screen.ListAsync(request))
            .Get<ClientsScreen>("/console/clients/{id}", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .Get<NarrowerScreen>(
                "/console/clients/{id}/narrower",
                LabScreen.Replayers,
                static (screen, request) => screen.ShowAsync(request)
            )
            .Get<ClientTokensScreen>(
                "/console/clients/{id}/tokens",
                AdminRoles.TokenReaders,
                static (screen, request) => screen.ShowAsync(request)
            )
            .GravePost<ClientTokensScreen>(
                "/console/clients/{id}/tokens/revoke",
                AdminRoles.Closers,
                static (screen, request) => screen.RevokeAsync(request)
            )
            .Get<CallersScreen>("/console/callers", Auditors, static (screen, request) => screen.ShowAsync(request))
            .Get<StopScreen>("/console/clients/{id}/stop", AdminRoles.Closers, static (screen, request) => screen.ShowAsync(request))
            .GravePost<StopScreen>("/console/clients/{id}/stop", AdminRoles.Closers, static (screen, request) => screen.StopAsync(request))
            .Post<StopScreen>(
                "/console/clients/{id}/request-lift",
                AdminRoles.Keepers,
                static (screen, request) => screen.RequestLiftAsync(request)
            )
            .GravePost<StopScreen>("/console/clients/{id}/resume", Approvers, static (screen, request) => screen.ResumeAsync(request))
            .GravePost<ThrottleScreen>(
                "/console/clients/{id}/slow",
                AdminRoles.Closers,
                static (screen, request) => screen.SlowAsync(request)
            )
            .GravePost<ThrottleScreen>("/console/clients/{id}/lift", Approvers, static (screen, request) => screen.LiftAsync(request))
            .Get<ApprovalsScreen>("/console/approvals", AdminRoles.All, static (screen, request) => screen.ListAsync(request))
            .Get<ApprovalsScreen>("/console/approvals/{id}", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .GravePost<ApprovalsScreen>("/console/approvals/{id}", Approvers, static (screen, request) => screen.ApproveAsync(request))
            .Get<UseCasesScreen>(UseCasesScreen.Path, AdminRoles.All, static (screen, request) => screen.ListAsync(request))
            .Get<UseCasesScreen>(OneUse, AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .GravePost<UseCasesScreen>(OneUse, Approvers, static (screen, request) => screen.ApproveAsync(request))
            .Get<StrangersScreen>(StrangerPlace.Path, AdminRoles.All, static (screen, request) => screen.ListAsync(request))
            .Get<StrangersScreen>("/console/strangers/{id}", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .Post<StrangersScreen>(
                "/console/strangers/{id}/take",
                AdminRoles.Writers,
                static (screen, request) => screen.TakeAsync(request)
            )
            .Post<StrangersScreen>(
                "/console/strangers/{id}/decline",
                AdminRoles.Keepers,
                static (screen, request) => screen.DeclineAsync(request)
            )
            .Post<StrangersScreen>(
                "/console/strangers/decline",
                AdminRoles.Keepers,
                static (screen, request) => screen.DeclineManyAsync(request)
            )
            .Get<ReviewsScreen>("/console/reviews", AdminRoles.UseReaders, static (screen, request) => screen.ListAsync(request))
            .Post<ReviewsScreen>("/console/reviews", AdminRoles.Keepers, static (screen, request) => screen.StartAsync(request))
            .Get<ReviewsScreen>("/console/reviews/{id}", AdminRoles.UseReaders, static (screen, request) => screen.ShowAsync(request))
            .GraveGet<ReviewsScreen>("/console/reviews/{id}/evidence", Auditors, static (screen, request) => screen.EvidenceAsync(request))
            .GravePost<ReviewsScreen>("/console/reviews/{id}/apply", Approvers, static (screen, request) => screen.ApplyAsync(request))
            .GravePost<ReviewsScreen>("/console/reviews/{id}/cancel", Approvers, static (screen, request) => screen.CancelAsync(request))
            .Post<ReviewsScreen>(
                "/console/reviews/{id}/withdraw-cancel",
                AdminRoles.Keepers,
                static (screen, request) => screen.WithdrawCancelAsync(request)
            )
            .Post<ReviewsScreen>(
                "/console/review-items/{id}/decide",
                AdminRoles.Keepers,
                static (screen, request) => screen.DecideAsync(request)
            )
            .Post<ReviewsScreen>(
                "/console/review-items/{id}/undo",
                AdminRoles.Keepers,
                static (screen, request) => screen.UndoAsync(request)
            )
            .Get<AlertsScreen>("/console/alerts", AdminRoles.All, static (screen, request) => screen.ListAsync(request))
            .Get<AlertScreen>("/console/alerts/{id}", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .Post<AlertsScreen>("/console/alerts/{id}/take", AdminRoles.Closers, static (screen, request) => screen.TakeAsync(request))
            .Post<AlertsScreen>("/console/alerts/{id}/assign", AdminRoles.Keepers, static (screen, request) => screen.AssignAsync(request))
            .Post<AlertsScreen>("/console/alerts/{id}/snooze", AdminRoles.Keepers, static (screen, request) => screen.SnoozeAsync(request))
            .Get<CasesScreen>("/console/cases", AdminRoles.All, static (screen, request) => screen.ListAsync(request))
            .Post<CasesScreen>("/console/cases", AdminRoles.Closers, static (screen, request) => screen.OpenAsync(request))
            .Get<CasesScreen>("/console/cases/{id}", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .GraveGet<CasesScreen>("/console/cases/{id}/evidence", Auditors, static (screen, request) => screen.EvidenceAsync(request))
            .Post<CasesScreen>("/console/cases/{id}/add", AdminRoles.Closers, static (screen, request) => screen.AddAsync(request))
            .Post<CasesScreen>("/console/cases/{id}/remove", AdminRoles.Closers, static (screen, request) => screen.RemoveAsync(request))
            .Post<CasesScreen>("/console/cases/{id}/note", AdminRoles.Closers, static (screen, request) => screen.NoteAsync(request))
            .Post<CasesScreen>("/console/cases/{id}/close", AdminRoles.Keepers, static (screen, request) => screen.CloseAsync(request))
            .GravePost<CasesScreen>("/console/cases/{id}/reveal", Auditors, static (screen, request) => screen.RevealAsync(request))
            .Post<AlertsScreen>("/console/alerts/{id}/close", AdminRoles.Keepers, static (screen, request) => screen.CloseAsync(request))
            .Get<AlertsScreen>("/console/break-glass", AdminRoles.All, static (screen, request) => screen.EmergenciesAsync(request))
            .Post<AlertsScreen>(
                "/console/break-glass/{id}",
                AdminRoles.EmergencyDeciders,
                static (screen, request) => screen.ReviewAsync(request)
            )
            .Get<PatientScreen>("/console/patient", ConsoleSections.Openers, static (screen, request) => screen.AskAsync(request))
            .GravePost<PatientScreen>("/console/patient", ConsoleSections.Openers, static (screen, request) => screen.OpenAsync(request))
            .Get<PatientScreen>("/console/patient/{key}", ConsoleSections.Openers, static (screen, request) => screen.ShowAsync(request))
            .Get<AccountingScreen>(Accounting, Officers, static (screen, request) => screen.ShowAsync(request))
            .GraveGet<AccountingScreen>(Accounting + "/csv", Officers, static (screen, request) => screen.CsvAsync(request))
            .Post<AccountingScreen>(Accounting + "/answer", Officers, static (screen, request) => screen.AnswerAsync(request))
            .Post<AccountingScreen>(Accounting + "/ask", Officers, static (screen, request) => screen.AskAsync(request))
            .Post<AccountingScreen>(Accounting + "/extend", Officers, static (screen, request) => screen.ExtendAsync(request))
            .Post<AccountingScreen>(Accounting + "/hold", Officers, static (screen, request) => screen.HoldAsync(request))
            .Post<AccountingScreen>(Accounting + "/release", Officers, static (screen, request) => screen.ReleaseAsync(request))
            .Get<RequestsScreen>("/console/requests", Officers, static (screen, request) => screen.ShowAsync(request))
            .Get<VendorsScreen>("/console/vendors", AdminRoles.All, static (screen, request) => screen.ListAsync(request))
            .Get<VendorsScreen>("/console/vendors/{id}/stop", AdminRoles.Closers, static (screen, request) => screen.PreviewAsync(request))
            .GravePost<VendorsScreen>(
                "/console/vendors/{id}/stop",
                AdminRoles.Closers,
                static (screen, request) => screen.StopAsync(request)
            )
            .Get<MassStopScreen>("/console/stop", AdminRoles.Closers, static (screen, request) => screen.ShowAsync(request))
            .GravePost<MassStopScreen>("/console/stop", AdminRoles.Closers, static (screen, request) => screen.StopAsync(request))
            .Get<MassStopScreen>("/console/revocations", AdminRoles.All, static (screen, request) => screen.ListAsync(request))
            .GravePost<MassStopScreen>("/console/revocations/{id}/lift", Approvers, static (screen, request) => screen.LiftAsync(request))
            .Get<OffboardingScreen>(
                "/console/offboardings",
                AdminRoles.OffboardingReaders,
                static (screen, request) => screen.ListAsync(request)
            )
            .Get<OffboardingScreen>(
                "/console/offboardings/{id}",
                AdminRoles.OffboardingReaders,
                static (screen, request) => screen.ShowAsync(request)
            )
            .Post<OffboardingScreen>(
                "/console/offboardings/{id}/notice",
                AdminRoles.Notifiers,
                static (screen, request) => screen.NoticeAsync(request)
            )
            .Get<LabScreen>("/console/lab", AdminRoles.All, static (_, request) => LabScreen.ShowAsync(request))
            .Post<LabScreen>("/console/lab/simulate", LabScreen.Simulators, static (screen, request) => screen.SimulateAsync(request))
            .Post<LabScreen>("/console/lab/replay", LabScreen.Replayers, static (screen, request) => screen.ReplayAsync(request))
            .Get<ShadowScreen>("/console/lab/shadows", LabScreen.Replayers, static (screen, request) => screen.ListAsync(request))
            .Post<ShadowScreen>("/console/lab/shadows", LabScreen.Replayers, static (screen, request) => screen.StartAsync(request))
            .Get<ShadowScreen>("/console/lab/shadows/{id}", LabScreen.Replayers, static (screen, request) => screen.ShowAsync(request))
            .Post<ShadowScreen>("/console/lab/shadows/{id}/end", LabScreen.Replayers, static (screen, request) => screen.EndAsync(request))
            .Get<HistoryScreen>("/console/history", AdminRoles.UseReaders, static (screen, request) => screen.ListAsync(request))
            .Get<HistoryScreen>("/console/history/revert", AdminRoles.UseReaders, static (screen, request) => screen.PlanAsync(request))
            .GravePost<HistoryScreen>("/console/history/revert", AdminRoles.Writers, static (screen, request) => screen.WriteAsync(request))
            .Get<LabScreen>("/console/lab/replay/{id}", LabScreen.Replayers, static (screen, request) => screen.ShowReplayAsync(request))
            .Get<WorkScreen>("/console/jobs", AdminRoles.All, static (screen, request) => screen.ListAsync(request))
            .Get<WorkScreen>("/console/jobs/{id}", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .GraveGet<WorkScreen>("/console/jobs/{id}/file", AdminRoles.All, static (screen, request) => screen.TakeAsync(request))
            .Post<WorkScreen>("/console/jobs/{id}/end", AdminRoles.All, static (screen, request) => screen.EndAsync(request))
            .Get<SettingsScreen>("/console/settings", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .Post<SettingsScreen>(
                "/console/settings/end-sessions",
                SettingsScreen.Enders,
                static (screen, request) => screen.EndSessionsAsync(request)
            )
            .Get<ReferenceScreen>("/console/api", AdminRoles.All, static (_, _) => Task.FromResult(ReferenceScreen.Show()))
            .Get<ReferenceScreen>("/console/api/openapi.json", AdminRoles.All, static (screen, request) => screen.DescribeAsync(request))
            .Get<ReferenceScreen>("/console/api/swagger-ui.css", AdminRoles.All, static (_, _) => Task.FromResult(ReferenceScreen.Sheet()))
            .Get<ReferenceScreen>(
                "/console/api/swagger-ui-bundle.js",
                AdminRoles.All,
                static (_, _) => Task.FromResult(ReferenceScreen.Bundle())
            )
            .Get<ReferenceScreen>("/console/api/reference.css", AdminRoles.All, static (_, _) => Task.FromResult(ReferenceScreen.Frame()))
            .Get<ReferenceScreen>("/console/api/reference.js", AdminRoles.All, static (_, _) => Task.FromResult(ReferenceScreen.Start()))
            .Get<TrustScreen>("/console/trust", AdminRoles.All, static (screen, request) => screen.ShowAsync(request))
            .Get<TrustScreen>("/console/posture", AdminRoles.All, static (screen, request) => screen.PostureAsync(request))
            .Get<TrustScreen>("/console/design", AdminRoles.All, static (_, request) => Task.FromResult(DesignModel.PageOf(request)));
}
