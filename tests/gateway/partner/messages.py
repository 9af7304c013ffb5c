"""AIDX messages as an airline would send them."""

from __future__ import annotations

NAMESPACE = "http://www.iata.org/IATA/2007/00"

IDENTIFIER = """<LegIdentifier>
    <Airline CodeContext="3">CZ</Airline>
    <FlightNumber>3101</FlightNumber>
    <DepartureAirport CodeContext="3">CSX</DepartureAirport>
    <ArrivalAirport CodeContext="3">PEK</ArrivalAirport>
    <OriginDate>2026-11-23</OriginDate>
  </LegIdentifier>"""

FULL_DATA = """<LegData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
    <OperationalStatus CodeContext="2005">DV</OperationalStatus>
    <PublicStatus CodeContext="7777">DEL</PublicStatus>
    <PlannedArrivalAptHistory CodeContext="3" RepeatIndex="2">TSN</PlannedArrivalAptHistory>
    <PlannedArrivalAptHistory CodeContext="3" RepeatIndex="1">PEK</PlannedArrivalAptHistory>
    <IrregularityDelay DepartureOrArrival="Departure" RepeatIndex="2">
      <ReasonCode>93</ReasonCode>
    </IrregularityDelay>
    <IrregularityDelay DepartureOrArrival="Departure" RepeatIndex="1">
      <ReasonCode>72A</ReasonCode><Duration>PT2H15M</Duration>
    </IrregularityDelay>
    <CabinClass Class="7"><PaxCount Usage="Actual">150</PaxCount></CabinClass>
    <CodeShareInfo><Airline CodeContext="3">MU</Airline><FlightNumber>0355</FlightNumber></CodeShareInfo>
    <MarketingAirline><Airline>AF</Airline><FlightNumber>5172</FlightNumber></MarketingAirline>
    <AssociatedFlightLegAircraft>
      <Airline>CZ</Airline><FlightNumber>3102</FlightNumber>
      <DepartureAirport>PEK</DepartureAirport><ArrivalAirport>CSX</ArrivalAirport>
      <OriginDate>2026-11-23</OriginDate>
    </AssociatedFlightLegAircraft>
    <AssociatedFlightLegSchedule RepeatIndex="2">
      <DepartureAirport>CSX</DepartureAirport><ArrivalAirport>PEK</ArrivalAirport>
    </AssociatedFlightLegSchedule>
    <AssociatedFlightLegSchedule RepeatIndex="1">
      <DepartureAirport>SZX</DepartureAirport><ArrivalAirport>CSX</ArrivalAirport>
    </AssociatedFlightLegSchedule>
    <RemarkFreeText>&lt;anything&gt; 备注</RemarkFreeText>
    <AirportResources Usage="Actual">
      <Resource DepartureOrArrival="Departure">
        <PassengerGate RepeatIndex="1">A14</PassengerGate>
      </Resource>
    </AirportResources>
    <AirportResources Usage="Planned">
      <Resource DepartureOrArrival="Departure">
        <AircraftParkingPosition>214</AircraftParkingPosition>
        <PassengerGate>A12</PassengerGate>
        <AircraftTerminal>TX</AircraftTerminal>
        <PublicTerminal>T2</PublicTerminal>
        <CheckInInfo><FirstPosition>C01</FirstPosition><LastPosition>C08</LastPosition></CheckInInfo>
        <CheckInInfo><FirstPosition>D05</FirstPosition></CheckInInfo>
      </Resource>
      <Resource DepartureOrArrival="Arrival">
        <BaggageClaimUnit RepeatIndex="2">8</BaggageClaimUnit>
        <BaggageClaimUnit RepeatIndex="1">7</BaggageClaimUnit>
        <PassengerGate xsi:nil="true"/>
      </Resource>
    </AirportResources>
    <OperationTime OperationQualifier="OFB" TimeType="SCT">2026-11-23T08:00:00Z</OperationTime>
    <OperationTime OperationQualifier="OFB" TimeType="EST">2026-11-23T16:25:30+08:00</OperationTime>
    <OperationTime OperationQualifier="TKO" TimeType="ACT" xsi:nil="true"/>
    <OperationTime OperationQualifier="ONB" TimeType="SCT">2026-11-22T24:00:00Z</OperationTime>
    <OperationTime OperationQualifier="BST" TimeType="TAR">2026-11-23T07:25:00.1234567Z</OperationTime>
    <OperationTime OperationQualifier="THM" TimeType="EST">2026-11-23T10:00:00Z</OperationTime>
    <AircraftInfo><AircraftType>738</AircraftType><Registration>B1234</Registration></AircraftInfo>
    <TPA_Extension><x:Anything xmlns:x="urn:x"><x:Deep/></x:Anything></TPA_Extension>
  </LegData>"""


def leg(identifier: str = IDENTIFIER, data: str = "") -> str:
    return f"<FlightLeg>{identifier}{data}</FlightLeg>"


def time(qualifier: str = "OFB", kind: str = "EST", at: str = "2026-11-23T08:20:00Z") -> str:
    return f'<OperationTime OperationQualifier="{qualifier}" TimeType="{kind}">{at}</OperationTime>'


def data(*elements: str) -> str:
    return f'<LegData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{"".join(elements)}</LegData>'


def message(
    *legs: str, head: str = 'TimeStamp="2026-11-23T07:59:00Z" SequenceNmbr="42"', prolog: str = ""
) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        f'<IATA_AIDX_FlightLegNotifRQ xmlns="{NAMESPACE}" Version="21.3" {head}>'
        f'<Originator CompanyShortName="CZ" Code="CZ"/>{"".join(legs or [leg()])}'
        f"</IATA_AIDX_FlightLegNotifRQ>"
    ).encode()
