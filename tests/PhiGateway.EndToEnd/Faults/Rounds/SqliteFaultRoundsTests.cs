using Xunit;

namespace PhiGateway.EndToEnd.Faults.Rounds;

public sealed class SqliteFaultRoundsTests(SqliteFaultWorld world, ITestOutputHelper output)
    : FaultRoundsTests(world, output),
        IClassFixture<SqliteFaultWorld>;
