// The addon's exports. One instance an environment, so that workers have their own.
#include <napi.h>
#include <pcap/pcap.h>

#include <string>

#include "capture_handle.h"
#include "interface_list.h"
#include "live_capture.h"
#include "privileges.h"

namespace sipgauge {

namespace {

Napi::Value LibpcapVersion(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), pcap_lib_version());
}

// (linktype, snaplen, text): undefined when it compiles.
Napi::Value CheckFilter(const Napi::CallbackInfo& info) {
  return FailureValue(info.Env(), CompileFilter(info[0].As<Napi::Number>().Int32Value(),
                                                info[1].As<Napi::Number>().Int32Value(),
                                                info[2].As<Napi::String>()));
}

Napi::Value Interfaces(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto result = ListInterfaces();
  if (auto* failure = std::get_if<Failure>(&result)) return FailureValue(env, *failure);
  const auto& list = std::get<std::vector<InterfaceDescription>>(result);
  Napi::Array array = Napi::Array::New(env, list.size());
  for (uint32_t index = 0; index < list.size(); ++index) {
    const InterfaceDescription& interface = list[index];
    Napi::Array addresses = Napi::Array::New(env, interface.addresses.size());
    for (uint32_t row = 0; row < interface.addresses.size(); ++row) {
      addresses.Set(row, interface.addresses[row]);
    }
    Napi::Object object = Napi::Object::New(env);
    object.Set("name", interface.name);
    object.Set("description", interface.description);
    object.Set("addresses", addresses);
    object.Set("flags", interface.flags);
    array.Set(index, object);
  }
  return array;
}

// (name): 0 when there is none.
Napi::Value NumberOfInterface(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), InterfaceNumber(info[0].As<Napi::String>()));
}

// (number): 0 gone, 1 down, 2 up.
Napi::Value InterfaceStateOf(const Napi::CallbackInfo& info) {
  const InterfaceState state = StateOfInterface(info[0].As<Napi::Number>().Uint32Value());
  return Napi::Number::New(info.Env(), static_cast<int>(state));
}

// (name): undefined when there is none.
Napi::Value UserOf(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::optional<UserAccount> account = FindUser(info[0].As<Napi::String>());
  if (!account.has_value()) return env.Undefined();
  Napi::Array groups = Napi::Array::New(env, account->groups.size());
  for (uint32_t index = 0; index < account->groups.size(); ++index) {
    groups.Set(index, account->groups[index]);
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("uid", account->uid);
  object.Set("gid", account->gid);
  object.Set("groups", groups);
  return object;
}

// (uid, gid, groups): undefined when done.
Napi::Value DropPrivileges(const Napi::CallbackInfo& info) {
  UserAccount account;
  account.uid = info[0].As<Napi::Number>().Uint32Value();
  account.gid = info[1].As<Napi::Number>().Uint32Value();
  const Napi::Array groups = info[2].As<Napi::Array>();
  for (uint32_t index = 0; index < groups.Length(); ++index) {
    account.groups.push_back(groups.Get(index).As<Napi::Number>().Uint32Value());
  }
  return FailureValue(info.Env(), BecomeUser(account));
}

Napi::Value LimitPrivileges(const Napi::CallbackInfo& info) {
  return FailureValue(info.Env(), KeepOnlyNetRaw());
}

}  // namespace

class Addon final : public Napi::Addon<Addon> {
 public:
  Addon(Napi::Env env, Napi::Object exports) {
    exports.Set("libpcapVersion", Napi::Function::New<LibpcapVersion>(env));
    exports.Set("checkFilter", Napi::Function::New<CheckFilter>(env));
    exports.Set("interfaces", Napi::Function::New<Interfaces>(env));
    exports.Set("interfaceNumber", Napi::Function::New<NumberOfInterface>(env));
    exports.Set("interfaceState", Napi::Function::New<InterfaceStateOf>(env));
    exports.Set("findUser", Napi::Function::New<UserOf>(env));
    exports.Set("dropPrivileges", Napi::Function::New<DropPrivileges>(env));
    exports.Set("keepOnlyNetRaw", Napi::Function::New<LimitPrivileges>(env));
    exports.Set("LiveCapture", LiveCapture::Define(env));
  }
};

}  // namespace sipgauge

using SipgaugeAddon = sipgauge::Addon;
NODE_API_ADDON(SipgaugeAddon)
