#include "edit/editor.hpp"

namespace pianola::edit {

Editor::Editor(store::Store& store, const Workspace& workspace)
    : store_(store), scratch_(store.log(), workspace.scratch) {}

bool Editor::claim(User user) {
  if (user_ == user) return true;
  const bool gives_way = user_ == User::nobody || user_ == User::repair;
  if (!gives_way && user != User::drive) return false;
  cancel();
  user_ = user;
  return true;
}

void Editor::release(User user) {
  if (user_ != user) return;
  cancel();
  user_ = User::nobody;
}

void Editor::save(lang::Source& source, lang::DiagnosticSink& sink,
                  const store::SavePolicy& policy) {
  cancel();
  job_.emplace_first(store_, source, scratch_, sink, policy);
}

void Editor::check(lang::Source& source, lang::DiagnosticSink& sink) {
  cancel();
  job_.emplace_second(source, scratch_, sink);
}

Status Editor::step() {
  if (store::Save* const save = job_.first()) return save->step();
  Check* const check = job_.second();
  if (check == nullptr) return Status::ok;
  const Status status = check->step();
  if (status != Status::more) job_.reset();
  return status;
}

void Editor::cancel() {
  if (store::Save* const save = job_.first()) save->cancel();
  if (job_.second() != nullptr) scratch_.clear();
  job_.reset();
}

std::span<std::uint8_t, Editor::kSpare> Editor::spare() {
  static_assert(sizeof(store::Save) >= kSpare);
  cancel();
  return std::span{reinterpret_cast<std::uint8_t*>(job_.spare().data()), kSpare}.first<kSpare>();
}

}  // namespace pianola::edit
